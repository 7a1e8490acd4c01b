# Courriels et SMS. Vouvoiement.

mail-ticket = Ticket :
mail-request = Demande :
mail-asked-by = Demandé par :
mail-agent-of-desk = { $agent }, support informatique
mail-not-me-heading = Je n’ai rien demandé
mail-call-the-desk = Appelez votre support à un numéro que vous connaissez déjà, ou :
mail-automatic = Ce message a été envoyé automatiquement. Les réponses ne sont pas lues.

mail-link-subject = { $company } : confirmez votre identité pour le ticket { $ticket }
mail-link-heading = Confirmez votre identité
mail-link-agent-asks = { $agent }, du support informatique, vous demande de confirmer votre identité.
mail-link-desk-asks = Le support informatique vous demande de confirmer votre identité.
mail-link-button = Commencer la vérification
mail-link-open = Pour commencer, ouvrez ce lien :
mail-link-life = Le lien ne sert qu’une fois et expire { $life } après son envoi.
mail-link-replaces = Un lien antérieur ne fonctionne plus.
mail-link-have-desk = Restez en contact avec le support : la page peut vous demander un nombre qu’il vous indiquera.
mail-link-copy = Si le bouton ne fonctionne pas, copiez cette adresse dans votre navigateur :
mail-never-heading = Ce que personne ne vous demandera
mail-never = Votre mot de passe, ou un code qui vous a été envoyé. Ni par téléphone, ni par courriel, ni dans une messagerie. Vous ne saisissez de code que sur la page que vous avez vous-même ouverte.
mail-link-not-me = N’ouvrez pas le lien.

mail-code-subject = { $company } : votre code pour le ticket { $ticket }
mail-code-heading = Votre code
mail-code-is = Votre code : { $code }
mail-code-use = Saisissez-le sur la page que vous avez ouverte. Il expire { $life } après son envoi.
mail-code-never-heading = Ne communiquez ce code à personne
mail-code-never = Ni par téléphone, ni par courriel, ni dans une messagerie ; pas même au support. Quiconque vous le demande ne cherche pas à vous aider.
mail-code-not-me = Quelqu’un essaie peut-être d’utiliser votre nom.

sms-link = { $company } { $ticket } : { $agent } vous demande de confirmer : { $url } ({ $life }).
sms-link-no-agent = { $company } { $ticket } : confirmez votre identité : { $url } ({ $life }).
sms-older-links = Anciens liens annulés.
sms-not-you = Pas vous ? Ignorez.
sms-code = { $company } { $ticket } : votre code est { $code }. Valable { $life }. Ne le dites à personne, pas même au support.
sms-minutes = { $minutes } min
sms-hours = { $hours } h
