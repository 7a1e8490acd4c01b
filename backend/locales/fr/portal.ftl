# Les pages que voit le demandeur. Vouvoiement.
# « nombre » : ce que l’agent lit au téléphone ; « code » : ce que nous envoyons.

identity-check = Contrôle d’identité
footer = Contrôle d’identité par imper.ai
desk-contact = Support informatique de { $company } : { $contact }
language-switch = Langue
language-change = Changer de langue
button-begin = Commencer
button-continue = Continuer
go-back = Retour
go-on = Poursuivre la vérification
not-me = Je n’ai rien demandé
error-prefix = Erreur :
there-is-a-problem = Il y a un problème
step = Étape { $number } sur { $steps }

confirm-your-identity = Confirmez votre identité
who-asks = { $agent }, du support informatique ({ $company }), vous demande de confirmer votre identité pour le ticket { $ticket }.
who-asks-action = { $agent }, du support informatique ({ $company }), vous demande de confirmer votre identité pour le ticket { $ticket } : { $action }.
what-happens = Déroulement
how-long = Cela prend environ deux minutes. Une fois que vous avez commencé, vous disposez de 15 minutes.
only-if-you-asked = Ne continuez que si vous avez vous-même demandé de l’aide au support. Personne ne vous demandera ici votre mot de passe actuel.
what-is-noted = Pour détecter les abus, ce contrôle tient aussi compte de votre navigateur, de sa langue et de son fuseau horaire.
check-call-number = Vous saisissez un nombre que { $agent } vous lit au téléphone.
check-on-file-code = Vous saisissez un code que nous envoyons à un contact que { $company } a enregistré pour vous.
check-passkey = Vous utilisez la clé d’accès que vous avez ajoutée ici auparavant.
check-authenticator-app = Vous saisissez un code de votre application d’authentification.
check-recovery-code = Vous saisissez l’un de vos codes de récupération.
check-company-sign-in = Vous vous connectez avec votre compte { $company }.
check-manager-approval = Votre responsable confirme qu’il s’agit bien de vous.

stop-heading = Vous n’avez rien demandé ?
stop-what-it-means = Quelqu’un utilise peut-être votre nom. Nous arrêtons immédiatement cette vérification et prévenons le support. Elle ne pourra pas être recommencée avec le même lien.
stop-button = Arrêter la vérification

number-heading = Saisissez le nombre que vous entendez
number-label = Nombre à deux chiffres
number-hint = { $agent } vous le lit au téléphone.
number-not-complete = Saisissez les deux chiffres que vous entendez au téléphone.
number-wrong = Ce nombre ne correspond pas. { $tries ->
    [one] Il vous reste { $tries } essai.
   *[other] Il vous reste { $tries } essais.
}
number-help-heading = Je n’entends pas de nombre
number-help = Demandez à { $agent } de relire le nombre affiché dans le ticket. Si vous n’êtes pas au téléphone, appelez le support informatique de { $company } au numéro que vous connaissez déjà.

code-heading = Saisissez le code que nous vous avons envoyé
code-label = Code à six chiffres
code-hint = Nous l’avons envoyé à { $contact }, un contact que { $company } a enregistré pour vous. Il peut mettre une minute à arriver et reste valable dix minutes.
code-not-complete = Saisissez les six chiffres du code.
code-wrong = Ce code ne correspond pas. { $tries ->
    [one] Il vous reste { $tries } essai.
   *[other] Il vous reste { $tries } essais.
}
code-expired = Ce code a expiré. Un code est valable dix minutes.
code-expired-heading = Demandez un nouveau code
code-help-heading = Je ne reçois pas ce code
code-help = Regardez aussi parmi les messages indésirables. Si ce contact n’est plus le vôtre, dites-le à { $agent }, qui peut arrêter cette vérification et vous aider autrement.
code-resend = Envoyer un nouveau code
code-resend-in = Vous pourrez demander un nouveau code dans { $wait }.
code-reload = Afficher de nouveau cette page
code-on-its-way = Un nouveau code est en route. Seul le code le plus récent est valable.
code-no-more = Aucun autre code ne peut être envoyé. Utilisez le plus récent que vous avez reçu.
code-no-more-and-expired = Aucun autre code ne peut être envoyé. Pour continuer, appelez le support informatique de { $company } au numéro que vous connaissez déjà.

confirmed-heading = Votre identité est confirmée
confirmed-next = { $agent } voit le résultat dans le ticket { $ticket } et poursuit la procédure.
confirmed-next-action = { $agent } voit le résultat dans le ticket { $ticket } et passe à la suite : { $action }.
confirmed-close = Vous pouvez fermer cette page.
not-confirmed-heading = Nous n’avons pas pu confirmer votre identité
not-confirmed-next = Le support en est informé. Pour continuer, appelez le support informatique de { $company } au numéro que vous connaissez déjà.
no-way-left-heading = Nous ne pouvons pas confirmer votre identité ici
no-way-left-why = { $company } n’a enregistré aucun contact ni aucune méthode de connexion utilisable pour ce contrôle.
refused-heading = La vérification est arrêtée
refused-thanks = Merci de nous avoir prévenus. Le support sait que vous n’avez rien demandé, et le lien ne fonctionne plus.
refused-next = Si vous craignez que quelqu’un utilise votre nom, appelez le support informatique de { $company } au numéro que vous connaissez déjà.
expired-heading = Le temps est écoulé
expired-nothing = Rien n’a été confirmé et rien n’a été modifié.
expired-next = Pour réessayer, demandez à { $agent } de vous envoyer un nouveau lien.
cancelled-heading = Le support a arrêté cette vérification
cancelled-nothing = Vous n’avez plus rien à faire ici.
cancelled-next = Si vous avez encore besoin d’aide, appelez votre support au numéro que vous connaissez déjà.

link-unknown-heading = Ce lien ne fonctionne pas
link-unknown-why = Il est peut-être incomplet. Ouvrez-le de nouveau depuis votre message, ou copiez-le en entier.
link-unknown-next = Si cela ne suffit pas, demandez à votre support de vous envoyer un nouveau lien.
link-expired-heading = Ce lien a expiré
link-expired-why = Un lien ne fonctionne que peu de temps, afin que personne ne puisse l’utiliser plus tard.
link-expired-next = Demandez à votre support de vous envoyer un nouveau lien.
link-replaced-heading = Il existe un lien plus récent
link-replaced-why = Nous vous avons envoyé un autre lien après celui-ci ; seul le plus récent fonctionne.
link-replaced-next = Ouvrez le message le plus récent.
link-used-heading = Ce lien a déjà été utilisé
link-used-why = Un lien ne sert qu’une fois. Si c’est vous qui avez commencé, dans ce navigateur, vous pouvez poursuivre.
link-used-next = Si ce n’était pas vous, prévenez maintenant votre support au numéro que vous connaissez déjà.
no-session-heading = Aucune vérification n’est ouverte dans ce navigateur
no-session-elsewhere = Si vous avez commencé dans un autre navigateur ou sur un autre appareil, poursuivez là-bas.
no-session-next = Si vous n’avez pas commencé, ouvrez le lien de votre message. S’il ne fonctionne plus, demandez à votre support de vous envoyer un nouveau lien.

limit-heading = Trop de messages ont été envoyés
limit-next = Aucun nouveau code n’a été envoyé. Le prochain pourra l’être dans { $wait }.
limit-newest = Le code le plus récent que vous avez reçu est peut-être encore valable.
internal-heading = Une erreur s’est produite de notre côté
internal-wait = Patientez un instant, puis réessayez.
internal-again = Si cela se reproduit, prévenez votre support.
nothing-here-heading = Il n’y a rien ici
nothing-here-next = Ouvrez le lien du message que le support vous a envoyé.
wrong-method-heading = Cette page ne peut pas être ouverte de cette façon
wrong-method-nothing = Rien n’a été modifié.
foreign-heading = Cela ne venait pas de notre page
foreign-why = Un autre site a tenté de répondre à votre place ; rien n’a été modifié.
foreign-next = Ouvrez le lien de votre message, ou poursuivez ici si vous avez déjà commencé.
stale-heading = Cette page n’était plus à jour
stale-next = Votre réponse n’a pas été prise en compte. Poursuivez avec la page actuelle.
