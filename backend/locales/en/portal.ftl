# The pages that a requester sees. Sentence case, plain verbs, no blame: what happened, what it means, what to do
# next. Nothing here says why a verification failed: whoever should not pass must not learn from it.
#
# “number” is what the agent reads out, “code” is what we send: never mix the two.

## Every page
identity-check = Identity check
footer = Identity check by imper.ai
desk-contact = { $company } IT service desk: { $contact }
language-switch = Language
language-change = Change language
button-begin = Begin
button-continue = Continue
go-back = Go back
go-on = Go on with the verification
not-me = I did not ask for this
error-prefix = Error:
there-is-a-problem = There is a problem
step = Step { $number } of { $steps }

## The first page
confirm-your-identity = Confirm your identity
who-asks = { $agent } from the { $company } IT service desk asks you to confirm your identity for ticket { $ticket }.
who-asks-action = { $agent } from the { $company } IT service desk asks you to confirm your identity for ticket { $ticket }: { $action }.
what-happens = What happens
how-long = It takes about two minutes. Once you begin, you have 15 minutes.
only-if-you-asked = Only go on if you asked the service desk for help yourself. Nobody will ask you for your current password here.
what-is-noted = To notice misuse, this check also looks at your browser, its language and its time zone.
check-call-number = You enter a number that { $agent } reads out to you on the phone.
check-on-file-code = You enter a code that we send to a contact { $company } has on file for you.
check-passkey = You use the passkey that you added here earlier.
check-authenticator-app = You enter a code from your authenticator app.
check-recovery-code = You enter one of your recovery codes.
check-company-sign-in = You sign in with your { $company } account.
check-manager-approval = Your manager confirms that it is you.

## “I did not ask for this”
stop-heading = You did not ask for this?
stop-what-it-means = Then someone may be using your name. We stop this verification at once and tell the service desk. It cannot be started again with the same link.
stop-button = Stop the verification

## The number that the agent reads out
number-heading = Enter the number you hear
number-label = Two-digit number
number-hint = { $agent } reads it out to you on the phone.
number-not-complete = Enter the two digits that you hear on the phone.
number-wrong = That number does not match. { $tries ->
    [one] 1 try left.
   *[other] { $tries } tries left.
}
number-help-heading = I cannot hear a number
number-help = Ask { $agent } to read the number from the ticket again. If you are not on the phone, call the { $company } IT service desk on the number you already have.

## The code that we send
code-heading = Enter the code we sent you
code-label = Six-digit code
code-hint = We sent it to { $contact }, a contact that { $company } has on file for you. It may take a minute to arrive and works for ten minutes.
code-not-complete = Enter all six digits of the code.
code-wrong = That code does not match. { $tries ->
    [one] 1 try left.
   *[other] { $tries } tries left.
}
code-expired = This code has run out. A code works for ten minutes.
code-expired-heading = Ask for a new code
code-help-heading = I cannot get this code
code-help = Look among unwanted messages, too. If the contact is no longer yours, tell { $agent }. They can stop this verification and help you in another way.
code-resend = Send a new code
code-resend-in = You can ask for a new code in { $wait }.
code-reload = Show this page again
code-on-its-way = A new code is on its way. Only the newest code works.
code-no-more = No more codes can be sent. Use the newest one that you received.
code-no-more-and-expired = No more codes can be sent. To go on, call the { $company } IT service desk on the number you already have.

## The end
confirmed-heading = Your identity is confirmed
confirmed-next = { $agent } sees the result in ticket { $ticket } and goes on from there.
confirmed-next-action = { $agent } sees the result in ticket { $ticket } and goes on with the { $action }.
confirmed-close = You can close this page.
not-confirmed-heading = We could not confirm your identity
not-confirmed-next = Your service desk knows. To go on, call the { $company } IT service desk on the number you already have.
no-way-left-heading = We cannot confirm your identity here
no-way-left-why = { $company } has no contact or sign-in method on file that we could use for this check.
refused-heading = The verification is stopped
refused-thanks = Thank you for telling us. The service desk knows that you did not ask for this, and the link no longer works.
refused-next = If you are worried that someone is using your name, call the { $company } IT service desk on the number you already have.
expired-heading = The time has run out
expired-nothing = Nothing was confirmed and nothing was changed.
expired-next = To try again, ask { $agent } to send you a new link.
cancelled-heading = The service desk stopped this verification
cancelled-nothing = There is nothing left for you to do here.
cancelled-next = If you still need help, call your service desk on the number you already have.

## Links and sessions that open nothing
link-unknown-heading = This link does not work
link-unknown-why = It may not be complete. Open it from your message again, or copy the whole of it.
link-unknown-next = If that does not help, ask your service desk to send you a new link.
link-expired-heading = This link has expired
link-expired-why = A link works for a short time only, so that nobody can use it later.
link-expired-next = Ask your service desk to send you a new link.
link-replaced-heading = There is a newer link
link-replaced-why = We sent you another link after this one, and only the newest one works.
link-replaced-next = Open the newest message.
link-used-heading = This link was already used
link-used-why = A link works once. If it was you who began, in this browser, you can go on.
link-used-next = If it was not you, tell your service desk now, on the number you already have.
no-session-heading = No verification is open in this browser
no-session-elsewhere = If you began in another browser or on another device, go on there.
no-session-next = If you have not begun, open the link in your message. If it no longer works, ask your service desk to send you a new link.

## Requests that are refused
limit-heading = Too many messages were sent
limit-next = No new code was sent. The next one can be sent in { $wait }.
limit-newest = The newest code that you received may still work.
internal-heading = Something failed on our side
internal-wait = Wait a moment and try again.
internal-again = If it happens again, tell your service desk.
nothing-here-heading = There is nothing here
nothing-here-next = Open the link in your message from the service desk.
wrong-method-heading = This page cannot be opened like this
wrong-method-nothing = Nothing was changed.
foreign-heading = This did not come from our page
foreign-why = Another site tried to answer for you, so nothing was changed.
foreign-next = Open the link in your message, or go on here if you have already begun.
stale-heading = This page was out of date
stale-next = Your answer was not counted. Go on with the current page.
