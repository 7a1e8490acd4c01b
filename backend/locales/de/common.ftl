# Wörter, die Portal und Nachrichten gemeinsam haben. Anrede: Sie.

service-desk-of = IT-Servicedesk von { $company }

action-password-reset = Zurücksetzen des Passworts
action-account-unlock = Entsperren des Kontos
action-mfa-reset = Zurücksetzen Ihres zweiten Anmeldeschritts

label-password-reset = Passwort zurücksetzen
label-account-unlock = Konto entsperren
label-mfa-reset = Zweiten Anmeldeschritt zurücksetzen

duration-minutes = { $minutes ->
    [one] 1 Minute
   *[other] { $minutes } Minuten
}
duration-hours = { $hours ->
    [one] 1 Stunde
   *[other] { $hours } Stunden
}

wait-less-than-a-minute = weniger als einer Minute
wait-about-minutes = { $minutes ->
    [one] etwa einer Minute
   *[other] etwa { $minutes } Minuten
}
wait-about-hours = { $hours ->
    [one] etwa einer Stunde
   *[other] etwa { $hours } Stunden
}
