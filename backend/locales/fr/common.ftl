# Mots communs au portail et aux messages. Vouvoiement.

service-desk-of = Support informatique de { $company }

action-password-reset = réinitialisation du mot de passe
action-account-unlock = déverrouillage du compte
action-mfa-reset = réinitialisation de votre deuxième étape de connexion

label-password-reset = Réinitialisation du mot de passe
label-account-unlock = Déverrouillage du compte
label-mfa-reset = Réinitialisation de la deuxième étape de connexion

duration-minutes = { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}
duration-hours = { $hours ->
    [one] { $hours } heure
   *[other] { $hours } heures
}

wait-less-than-a-minute = moins d’une minute
wait-about-minutes = { $minutes ->
    [one] environ une minute
   *[other] environ { $minutes } minutes
}
wait-about-hours = { $hours ->
    [one] environ une heure
   *[other] environ { $hours } heures
}
