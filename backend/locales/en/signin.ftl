# Company sign-in, and the manager who confirms a request.

## Company sign-in
sign-in-heading = Sign in with your { $company } account
sign-in-what = You go to { $provider } and sign in there with your own account, even if you are signed in already. Then you come back here.
sign-in-button = Go to { $provider }
sign-in-help-heading = I cannot sign in
sign-in-help = If you have lost what you need for it, choose another way, or tell { $agent }. Never sign in with the account of somebody else: the verification fails then.
sign-in-down = { $provider } cannot be reached at the moment. Wait a minute and try again, or choose another way.
sign-in-declined = The sign-in was not finished. Try again, or choose another way.
sign-in-void = This sign-in does not count. It took too long, or it did not begin on this page. Try again, or choose another way.
sign-in-too-often = You have begun this sign-in too many times. Choose another way, or call the { $company } IT service desk on the number you already have.
sign-in-leaving-heading = Next: { $provider }
sign-in-leaving = The page of { $provider } opens by itself. If it does not, press the button.
sign-in-back-heading = Almost done
sign-in-back = Press the button to bring your sign-in back to the verification.

## The requester asks the manager
manager-heading = Ask your manager to confirm
manager-what = We send { $manager } an email and ask whether this request is genuine. { $manager } should call you before answering, so keep your phone at hand.
manager-button = Ask { $manager }
manager-asked-heading = We asked { $manager }
manager-waiting = Keep this page open. It looks for the answer by itself. Minutes left to answer: { $minutes }
manager-late-heading = { $manager } has not answered
manager-late = The request has ended without an answer. You can send it again, or choose another way.
manager-again = Send the request again
manager-again-in = You can send the request again in { $wait }.
manager-reload = Look for the answer now
manager-sent-again = The request was sent again. Only the newest one works.
manager-no-more = No more requests can be sent. If you get no answer, choose another way, or call the { $company } IT service desk on the number you already have.
manager-limit = { $manager } has received too many requests. Try again in { $wait }, or choose another way.

## The page of the manager
approval-heading = Did { $requester } ask for this?
approval-who = { $agent } from the { $company } IT service desk is helping someone who says that they are { $requester }. Ticket { $ticket }.
approval-who-action = { $agent } from the { $company } IT service desk is helping someone who says that they are { $requester }. Ticket { $ticket }: { $action }.
approval-check-heading = Before you answer
approval-check-call = Call { $requester } on a number that you already know. Do not use a number from a message, and do not rely on a call that you received.
approval-check-ask = Ask whether they are in contact with { $agent } right now, and what for.
approval-check-hurry = If somebody urges you to hurry, or you cannot reach { $requester }, refuse.
approval-spoke = I spoke with { $requester } on a number that I already knew, and they asked for this
approval-spoke-missing = To approve, confirm that you spoke with { $requester }.
approval-approve = Approve
approval-refuse = Refuse
approval-minutes-left = Minutes left to answer: { $minutes }
approval-approved-heading = You approved the request
approval-approved-next = { $requester } can go on now. There is nothing left for you to do; you can close this page.
approval-refused-heading = You refused the request
approval-refused-next = Nothing is done for whoever asked, and the service desk knows. If someone may be using the name of { $requester }, tell { $requester } now, on a number that you already know.
approval-answered-heading = This request was already answered
approval-answered-next = An answer counts once, so nothing was changed now. If it was not you who answered, call the { $company } IT service desk on the number you already have.
approval-late-heading = This request has ended
approval-late-next = Nothing was changed. If your answer is still needed, you get a new message.
approval-replaced-heading = There is a newer request
approval-replaced-next = Nothing was changed. Open the newest message; only that one works.
approval-not-needed-heading = Your answer is no longer needed
approval-not-needed-next = The verification has ended, or went on without it. If you think that something is wrong, call the { $company } IT service desk on the number you already have.
approval-own-heading = This link is for the manager
approval-own-next = The verification of { $requester } runs in this browser, so no answer counts from here, and nothing was changed. The manager opens the link on a device of their own.

## The message to the manager
approval-mail-subject = { $company }: did { $requester } ask for this? Ticket { $ticket }
approval-mail-who = { $agent } from the IT service desk is helping someone who says that they are { $requester }. You are on file as the manager of { $requester }.
approval-mail-who-no-agent = The IT service desk is helping someone who says that they are { $requester }. You are on file as the manager of { $requester }.
approval-mail-call = Before you answer, call { $requester } on a number that you already know.
approval-mail-button = Look at the request
approval-mail-open = To answer, open this link:
approval-mail-keep-heading = Keep this message to yourself
approval-mail-keep = Whoever has the link can answer in your name. Do not pass it on, not even to { $requester }.
approval-mail-doubt-heading = You know nothing of this?
approval-mail-doubt = Refuse on the page, or do nothing.
