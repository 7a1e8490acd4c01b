# Words that the portal and the messages share.
# A name in braces is filled in. Keep every one of them in every language.

service-desk-of = { $company } IT service desk

## What a ticket asks for: inside a sentence, after a colon in some languages.
action-password-reset = password reset
action-account-unlock = account unlock
action-mfa-reset = reset of your second sign-in step

## What a ticket asks for: on its own.
label-password-reset = Password reset
label-account-unlock = Account unlock
label-mfa-reset = MFA reset

## How long something lasts, after words like “ends … after it was sent”.
duration-minutes = { $minutes ->
    [one] 1 minute
   *[other] { $minutes } minutes
}
duration-hours = { $hours ->
    [one] 1 hour
   *[other] { $hours } hours
}

## How long until something, inside a sentence.
wait-less-than-a-minute = less than a minute
wait-about-minutes = { $minutes ->
    [one] about a minute
   *[other] about { $minutes } minutes
}
wait-about-hours = { $hours ->
    [one] about an hour
   *[other] about { $hours } hours
}
