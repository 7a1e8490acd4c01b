# Aux contacts enregistrés, après que quelqu’un a dit ne pas avoir demandé une vérification.
warning-heading = Une demande faite en votre nom a été arrêtée
mail-warning-what = Quelqu’un a demandé de l’aide au support informatique en votre nom. La personne qui a reçu le lien de confirmation de votre identité a dit ne rien avoir demandé ; la demande a donc été arrêtée. Rien n’a été modifié sur votre compte.
mail-warning-fine = L’avez-vous dit vous-même ? Alors il n’y a rien d’autre à faire.
mail-warning-not-you = Quelqu’un essaie peut-être d’utiliser votre nom.
sms-warning = { $company } { $ticket } : demande en votre nom arrêtée, rien n’a été modifié. Inattendu ? Appelez votre support.
