# Emails and text messages to a requester.

## Every email
mail-ticket = Ticket:
mail-request = Request:
mail-asked-by = Asked by:
mail-agent-of-desk = { $agent }, IT service desk
mail-not-me-heading = I did not ask for this
mail-call-the-desk = Call your service desk on a number that you already know, or:
mail-automatic = This message was sent automatically. Replies are not read.

## The link
mail-link-subject = { $company }: confirm your identity for ticket { $ticket }
mail-link-heading = Confirm your identity
mail-link-agent-asks = { $agent } from the IT service desk asks you to confirm your identity.
mail-link-desk-asks = The IT service desk asks you to confirm your identity.
mail-link-button = Begin verification
mail-link-open = To begin, open this link:
mail-link-life = The link works once, and ends { $life } after it was sent.
mail-link-replaces = An earlier link no longer works.
mail-link-have-desk = Have the service desk at hand: the page may ask for a number that they tell you.
mail-link-copy = If the button does not work, copy this address into your browser:
mail-never-heading = What nobody will ask you for
mail-never = Your password, or a code that was sent to you. Not by phone, not by email, not in a chat. You enter codes only on the page that you opened yourself.
mail-link-not-me = Do not open the link.

## The code
mail-code-subject = { $company }: your code for ticket { $ticket }
mail-code-heading = Your code
mail-code-is = Your code: { $code }
mail-code-use = Enter it on the page that you have open. It ends { $life } after it was sent.
mail-code-never-heading = Never tell this code to anyone
mail-code-never = Not by phone, not by email, not in a chat; not to the service desk either. Whoever asks you for it is not helping you.
mail-code-not-me = Somebody may be trying to use your name.

## Text messages. Each should fit into 160 characters with its names; accents that phones lack are left out.
sms-link = { $company } { $ticket }: { $agent } asks you to confirm it's you: { $url } ({ $life }).
sms-link-no-agent = { $company } { $ticket }: please confirm it's you: { $url } ({ $life }).
sms-older-links = Older links are void.
sms-not-you = Not you? Ignore.
sms-code = { $company } { $ticket }: your code is { $code }. It ends in { $life }. Never tell it to anyone, not even the service desk.
sms-minutes = { $minutes } min
sms-hours = { $hours } h
