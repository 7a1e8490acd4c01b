# To the contacts on file, after somebody said that a verification was not theirs.
warning-heading = A request in your name was stopped
mail-warning-what = Somebody asked the IT service desk for help in your name. Whoever received the link to confirm your identity said that they did not ask for this, so the request was stopped. Nothing was changed on your account.
mail-warning-fine = Did you say so yourself? Then there is nothing more to do.
mail-warning-not-you = Somebody may be trying to use your name.
sms-warning = { $company } { $ticket }: a request in your name was stopped, nothing was changed. Not expected? Call your service desk.
