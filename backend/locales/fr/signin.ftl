# La connexion avec le compte de l’entreprise, et le responsable qui confirme une demande.

## Connexion avec le compte de l’entreprise
sign-in-heading = Connectez-vous avec votre compte { $company }
sign-in-what = Vous allez sur { $provider } et vous vous y connectez avec votre propre compte, même si vous êtes déjà connecté. Vous revenez ensuite ici.
sign-in-button = Aller sur { $provider }
sign-in-help-heading = Je n’arrive pas à me connecter
sign-in-help = Si vous avez perdu ce qu’il vous faut pour cela, choisissez un autre moyen ou dites-le à { $agent }. Ne vous connectez jamais avec le compte de quelqu’un d’autre : la vérification échouerait.
sign-in-down = { $provider } est injoignable pour le moment. Attendez une minute et réessayez, ou choisissez un autre moyen.
sign-in-declined = La connexion n’a pas abouti. Réessayez, ou choisissez un autre moyen.
sign-in-void = Cette connexion ne compte pas. Elle a pris trop de temps, ou elle n’a pas commencé sur cette page. Réessayez, ou choisissez un autre moyen.
sign-in-too-often = Vous avez commencé cette connexion trop de fois. Choisissez un autre moyen, ou appelez le support informatique de { $company } au numéro que vous connaissez déjà.
sign-in-leaving-heading = Ensuite : { $provider }
sign-in-leaving = La page de { $provider } s’ouvre d’elle-même. Sinon, appuyez sur le bouton.
sign-in-back-heading = C’est presque terminé
sign-in-back = Appuyez sur le bouton pour revenir à la vérification avec votre connexion.

## La demande au responsable
manager-heading = Demandez à votre responsable de confirmer
manager-what = Nous envoyons un e-mail à { $manager } pour demander si cette demande est authentique. { $manager } devrait vous appeler avant de répondre : gardez votre téléphone à portée de main.
manager-button = Demander à { $manager }
manager-asked-heading = Nous avons demandé à { $manager }
manager-waiting = Gardez cette page ouverte. Elle cherche la réponse d’elle-même. Minutes restantes pour répondre : { $minutes }
manager-late-heading = { $manager } n’a pas répondu
manager-late = La demande a expiré sans réponse. Vous pouvez la renvoyer, ou choisir un autre moyen.
manager-again = Renvoyer la demande
manager-again-in = Vous pourrez renvoyer la demande dans { $wait }.
manager-reload = Voir maintenant s’il y a une réponse
manager-sent-again = La demande a été renvoyée. Seule la plus récente est valable.
manager-no-more = Aucune autre demande ne peut être envoyée. Si vous n’obtenez pas de réponse, choisissez un autre moyen, ou appelez le support informatique de { $company } au numéro que vous connaissez déjà.
manager-limit = { $manager } a reçu trop de demandes. Réessayez dans { $wait }, ou choisissez un autre moyen.

## La page du responsable
approval-heading = Est-ce bien une demande de { $requester } ?
approval-who = { $agent }, du support informatique ({ $company }), aide une personne qui dit être { $requester }. Ticket { $ticket }.
approval-who-action = { $agent }, du support informatique ({ $company }), aide une personne qui dit être { $requester }. Ticket { $ticket } : { $action }.
approval-check-heading = Avant de répondre
approval-check-call = Appelez { $requester } à un numéro que vous connaissez déjà. N’utilisez pas un numéro trouvé dans un message, et ne vous fiez pas à un appel que vous avez reçu.
approval-check-ask = Demandez s’il y a bien un échange en cours avec { $agent }, et à quel sujet.
approval-check-hurry = Si quelqu’un vous presse, ou si vous ne parvenez pas à joindre { $requester }, refusez.
approval-spoke = J’ai parlé avec { $requester } à un numéro que je connaissais déjà, et la demande vient bien de là
approval-spoke-missing = Pour approuver, confirmez que vous avez parlé avec { $requester }.
approval-approve = Approuver
approval-refuse = Refuser
approval-minutes-left = Minutes restantes pour répondre : { $minutes }
approval-approved-heading = Vous avez approuvé la demande
approval-approved-next = { $requester } peut continuer. Vous n’avez plus rien à faire ; vous pouvez fermer cette page.
approval-refused-heading = Vous avez refusé la demande
approval-refused-next = Rien n’est fait pour la personne qui l’a demandé, et le support en est informé. Si quelqu’un utilise peut-être le nom de { $requester }, prévenez { $requester } maintenant, à un numéro que vous connaissez déjà.
approval-answered-heading = Cette demande a déjà reçu une réponse
approval-answered-next = Une réponse ne compte qu’une fois ; rien n’a été modifié. Si ce n’est pas vous qui avez répondu, appelez le support informatique de { $company } au numéro que vous connaissez déjà.
approval-late-heading = Cette demande a expiré
approval-late-next = Rien n’a été modifié. Si votre réponse est encore utile, vous recevrez un nouveau message.
approval-replaced-heading = Il y a une demande plus récente
approval-replaced-next = Rien n’a été modifié. Ouvrez le message le plus récent ; lui seul est valable.
approval-not-needed-heading = Votre réponse n’est plus nécessaire
approval-not-needed-next = La vérification est terminée, ou elle a continué sans elle. Si quelque chose vous semble anormal, appelez le support informatique de { $company } au numéro que vous connaissez déjà.
approval-own-heading = Ce lien est destiné au responsable
approval-own-next = La vérification de { $requester } se déroule dans ce navigateur : aucune réponse ne compte d’ici, et rien n’a été modifié. Le responsable ouvre le lien sur son propre appareil.

## Le message au responsable
approval-mail-subject = { $company } : est-ce bien une demande de { $requester } ? Ticket { $ticket }
approval-mail-who = { $agent }, du support informatique, aide une personne qui dit être { $requester }. Vous êtes enregistré comme responsable de { $requester }.
approval-mail-who-no-agent = Le support informatique aide une personne qui dit être { $requester }. Vous êtes enregistré comme responsable de { $requester }.
approval-mail-call = Avant de répondre, appelez { $requester } à un numéro que vous connaissez déjà.
approval-mail-button = Voir la demande
approval-mail-open = Pour répondre, ouvrez ce lien :
approval-mail-keep-heading = Gardez ce message pour vous
approval-mail-keep = Toute personne qui a le lien peut répondre en votre nom. Ne le transmettez pas, pas même à { $requester }.
approval-mail-doubt-heading = Vous n’êtes au courant de rien ?
approval-mail-doubt = Refusez sur la page, ou ne faites rien.
