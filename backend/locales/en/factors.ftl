# Passkeys, authenticator apps and recovery codes, and the choice of another way.

## Another way
other-way = I cannot do this now
other-way-heading = Choose another way
other-way-nothing-heading = There is no other way here
other-way-none-heading = None of these works?
other-way-none-next = Tell { $agent } if you are on the phone, or call the { $company } IT service desk on the number you already have. If you end this verification, the service desk knows at once, and nothing is confirmed.
other-way-none = End this verification

## Passkey
passkey-heading = Use your passkey
passkey-what = Your device asks for your fingerprint, your face or its PIN. None of that leaves the device.
passkey-button = Use my passkey
passkey-no-script = A passkey needs scripts, and this browser does not run them. Choose another way.
passkey-unsupported = This browser cannot use passkeys. Choose another way.
passkey-not-done = Your device did not finish this. Try again, or choose another way.
passkey-wrong = This passkey was not accepted. Tries left: { $tries }.

## Authenticator app
app-heading = Enter the code of your authenticator app
app-hint = Open the app on your phone. It shows a new code every 30 seconds; look for { $company }.
app-wrong = That code does not match, or was used before. Wait for the next one. Tries left: { $tries }.

## Recovery code
recovery-heading = Enter a recovery code
recovery-label = Recovery code
recovery-hint = One of the codes that you saved here earlier: 16 letters and digits. Each works once.
recovery-wrong = That code does not match, or was used before. Tries left: { $tries }.
recovery-not-complete = Enter the whole recovery code: 16 letters and digits.

## After a pass: the offer
enrol-offer-heading = Quicker next time
enrol-offer = Add a passkey or an authenticator app now, and you can confirm your identity with it from then on. It takes a minute.
enrol-offer-button = Add a way
enrol-another-heading = One more way
enrol-another = You already have a way to confirm your identity here. Add another one for the day when it is not at hand.

## After a pass: adding
enrol-heading = Add a way to confirm your identity
enrol-time-left = Minutes left for this: { $minutes }. A message about what you add goes to the contacts that { $company } has on file for you.
enrol-passkey-heading = Passkey
enrol-passkey-what = You confirm with your fingerprint, your face or the PIN of your device. Nobody can talk you out of it on the phone.
enrol-passkey-count = Passkeys that you have here: { $count }
enrol-passkey-button = Add a passkey
enrol-passkey-full = You have as many passkeys here as can be kept.
enrol-app-heading = Authenticator app
enrol-app-what = An app on your phone shows a new six-digit code every 30 seconds.
enrol-app-have = You have one already. Another one replaces it.
enrol-app-button = Add an authenticator app
enrol-codes-heading = Recovery codes
enrol-codes-what = For the day when your phone is lost. New codes void the old ones. Codes left: { $count }
enrol-codes-button = Make new recovery codes
enrol-leave = Back to the result
enrol-not-done = This could not be added. Try again.
enrol-closed-heading = Nothing can be added now
enrol-closed-next = A way can be added only for a short time after your identity was confirmed, in the same browser. You can do it the next time.

## Adding the authenticator app
add-app-heading = Add your authenticator app
add-app-scan = Scan this picture with the app.
add-app-picture = QR code with the key for your authenticator app
add-app-open = The app is on this device: open it
add-app-key = Or type this key into the app:
add-app-code = The code that the app shows now
add-app-wrong = That code does not match. Check that the clock of your phone is right, and enter the newest code.

## Added
added-passkey = Your passkey is added
added-app = Your authenticator app is added
added-codes = Your new recovery codes
added-next = From now on you can confirm your identity with it. A message about this goes to the contacts on file for you.
codes-heading = Save your recovery codes
codes-what = They are shown only now. Each works once, on the day when your phone is lost. Keep them on paper or in a password manager; nobody from the service desk asks for them on the phone.
codes-for = { $name }, { $company }
codes-copy = Copy the codes
codes-copied = Copied
codes-print = Print the codes
codes-saved = I have saved them
enrol-again = Add another way

## The message to the contacts on file. Short: it stands in a text message, too.
notice-passkey-added = A passkey was added to confirm your identity
notice-app-added = An authenticator app was added to confirm your identity
notice-codes-made = New recovery codes were made to confirm your identity
