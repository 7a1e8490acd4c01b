# Palabras que comparten el portal y los mensajes. Tratamiento de usted.

service-desk-of = Soporte informático de { $company }

action-password-reset = restablecimiento de la contraseña
action-account-unlock = desbloqueo de la cuenta
action-mfa-reset = restablecimiento de su segundo paso de inicio de sesión

label-password-reset = Restablecimiento de la contraseña
label-account-unlock = Desbloqueo de la cuenta
label-mfa-reset = Restablecimiento del segundo paso de inicio de sesión

duration-minutes = { $minutes ->
    [one] 1 minuto
   *[other] { $minutes } minutos
}
duration-hours = { $hours ->
    [one] 1 hora
   *[other] { $hours } horas
}

wait-less-than-a-minute = menos de un minuto
wait-about-minutes = { $minutes ->
    [one] un minuto aproximadamente
   *[other] unos { $minutes } minutos
}
wait-about-hours = { $hours ->
    [one] una hora aproximadamente
   *[other] unas { $hours } horas
}
