# Passkeys, authenticator apps and recovery codes, and the choice of another way.

## Another way
other-way = Je ne peux pas le faire maintenant
other-way-heading = Choisissez une autre méthode
other-way-nothing-heading = Il n’y a pas d’autre méthode ici
other-way-none-heading = Aucune ne convient ?
other-way-none-next = Dites-le à { $agent } si vous êtes au téléphone, ou appelez le support informatique de { $company } au numéro que vous connaissez déjà. Si vous terminez cette vérification, le support en est informé aussitôt et rien n’est confirmé.
other-way-none = Terminer cette vérification

## Passkey
passkey-heading = Utilisez votre clé d’accès
passkey-what = Votre appareil demande votre empreinte, votre visage ou son code PIN. Rien de cela ne quitte l’appareil.
passkey-button = Utiliser ma clé d’accès
passkey-no-script = Une clé d’accès a besoin de scripts, et ce navigateur n’en exécute pas. Choisissez une autre méthode.
passkey-unsupported = Ce navigateur ne peut pas utiliser de clés d’accès. Choisissez une autre méthode.
passkey-not-done = Votre appareil n’est pas allé au bout. Réessayez ou choisissez une autre méthode.
passkey-wrong = Cette clé d’accès n’a pas été acceptée. Essais restants : { $tries }.

## Authenticator app
app-heading = Saisissez le code de votre application d’authentification
app-hint = Ouvrez l’application sur votre téléphone. Elle affiche un nouveau code toutes les 30 secondes ; cherchez { $company }.
app-wrong = Ce code ne correspond pas ou a déjà servi. Attendez le suivant. Essais restants : { $tries }.

## Recovery code
recovery-heading = Saisissez un code de récupération
recovery-label = Code de récupération
recovery-hint = L’un des codes que vous avez enregistrés ici auparavant : 16 lettres et chiffres. Chacun sert une fois.
recovery-wrong = Ce code ne correspond pas ou a déjà servi. Essais restants : { $tries }.
recovery-not-complete = Saisissez le code de récupération entier : 16 lettres et chiffres.

## After a pass: the offer
enrol-offer-heading = Plus rapide la prochaine fois
enrol-offer = Ajoutez maintenant une clé d’accès ou une application d’authentification : elle vous servira ensuite à confirmer votre identité. Cela prend une minute.
enrol-offer-button = Ajouter une méthode
enrol-another-heading = Une méthode de plus
enrol-another = Vous avez déjà ici une méthode pour confirmer votre identité. Ajoutez-en une autre pour le jour où vous ne l’aurez pas sous la main.

## After a pass: adding
enrol-heading = Ajoutez une méthode pour confirmer votre identité
enrol-time-left = Minutes restantes : { $minutes }. Un message sur ce que vous ajoutez est envoyé aux contacts que { $company } a enregistrés pour vous.
enrol-passkey-heading = Clé d’accès
enrol-passkey-what = Vous confirmez avec votre empreinte, votre visage ou le code PIN de votre appareil. Personne ne peut vous la soutirer au téléphone.
enrol-passkey-count = Clés d’accès que vous avez ici : { $count }
enrol-passkey-button = Ajouter une clé d’accès
enrol-passkey-full = Vous avez déjà ici le nombre maximal de clés d’accès.
enrol-app-heading = Application d’authentification
enrol-app-what = Une application sur votre téléphone affiche un nouveau code à six chiffres toutes les 30 secondes.
enrol-app-have = Vous en avez déjà une. Une autre la remplace.
enrol-app-button = Ajouter une application d’authentification
enrol-codes-heading = Codes de récupération
enrol-codes-what = Pour le jour où le téléphone est perdu. De nouveaux codes annulent les anciens. Codes restants : { $count }
enrol-codes-button = Créer de nouveaux codes de récupération
enrol-leave = Retour au résultat
enrol-not-done = L’ajout n’a pas abouti. Réessayez.
enrol-closed-heading = Rien ne peut être ajouté maintenant
enrol-closed-next = Une méthode ne peut être ajoutée que peu après la confirmation de votre identité, dans le même navigateur. Vous pourrez le faire la prochaine fois.

## Adding the authenticator app
add-app-heading = Ajoutez votre application d’authentification
add-app-scan = Scannez cette image avec l’application.
add-app-picture = Code QR contenant la clé de votre application d’authentification
add-app-open = L’application est sur cet appareil : l’ouvrir
add-app-key = Ou saisissez cette clé dans l’application :
add-app-code = Le code affiché maintenant par l’application
add-app-wrong = Ce code ne correspond pas. Vérifiez que l’heure de votre téléphone est exacte et saisissez le code le plus récent.

## Added
added-passkey = Votre clé d’accès est ajoutée
added-app = Votre application d’authentification est ajoutée
added-codes = Vos nouveaux codes de récupération
added-next = Vous pouvez désormais confirmer votre identité avec elle. Un message à ce sujet est envoyé à vos contacts enregistrés.
codes-heading = Enregistrez vos codes de récupération
codes-what = Ils ne sont affichés que maintenant. Chacun sert une fois, le jour où le téléphone est perdu. Gardez-les sur papier ou dans un gestionnaire de mots de passe ; personne du support ne les demande au téléphone.
codes-for = { $name } – { $company }
codes-copy = Copier les codes
codes-copied = Copié
codes-print = Imprimer les codes
codes-saved = Je les ai enregistrés
enrol-again = Ajouter une autre méthode

## The message to the contacts on file. Short: it stands in a text message, too.
notice-passkey-added = Une clé d’accès a été ajoutée pour confirmer votre identité
notice-app-added = Une application d’authentification a été ajoutée pour confirmer votre identité
notice-codes-made = De nouveaux codes de récupération ont été créés pour confirmer votre identité
