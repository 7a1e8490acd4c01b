# E-Mails und Textnachrichten. Anrede: Sie.

mail-ticket = Ticket:
mail-request = Anliegen:
mail-asked-by = Angefragt von:
mail-agent-of-desk = { $agent }, IT-Servicedesk
mail-not-me-heading = Ich habe das nicht angefordert
mail-call-the-desk = Rufen Sie Ihren Servicedesk unter einer Nummer an, die Sie bereits kennen, oder:
mail-automatic = Diese Nachricht wurde automatisch gesendet. Antworten werden nicht gelesen.

mail-link-subject = { $company }: Bestätigen Sie Ihre Identität für Ticket { $ticket }
mail-link-heading = Bestätigen Sie Ihre Identität
mail-link-agent-asks = { $agent } vom IT-Servicedesk bittet Sie, Ihre Identität zu bestätigen.
mail-link-desk-asks = Der IT-Servicedesk bittet Sie, Ihre Identität zu bestätigen.
mail-link-button = Verifizierung beginnen
mail-link-open = Öffnen Sie zum Beginnen diesen Link:
mail-link-life = Der Link gilt einmal und läuft { $life } nach dem Versand ab.
mail-link-replaces = Ein früherer Link gilt nicht mehr.
mail-link-have-desk = Halten Sie den Kontakt zum Servicedesk bereit: Die Seite kann nach einer Zahl fragen, die Ihnen dort genannt wird.
mail-link-copy = Wenn die Schaltfläche nicht funktioniert, kopieren Sie diese Adresse in Ihren Browser:
mail-never-heading = Wonach Sie niemand fragen wird
mail-never = Nach Ihrem Passwort oder einem Code, der Ihnen gesendet wurde. Nicht am Telefon, nicht per E-Mail, nicht im Chat. Codes geben Sie nur auf der Seite ein, die Sie selbst geöffnet haben.
mail-link-not-me = Öffnen Sie den Link nicht.

mail-code-subject = { $company }: Ihr Code für Ticket { $ticket }
mail-code-heading = Ihr Code
mail-code-is = Ihr Code: { $code }
mail-code-use = Geben Sie ihn auf der Seite ein, die Sie geöffnet haben. Er läuft { $life } nach dem Versand ab.
mail-code-never-heading = Nennen Sie diesen Code niemandem
mail-code-never = Nicht am Telefon, nicht per E-Mail, nicht im Chat; auch nicht dem Servicedesk. Wer Sie danach fragt, will Ihnen nicht helfen.
mail-code-not-me = Möglicherweise versucht jemand, Ihren Namen zu benutzen.

sms-link = { $company } { $ticket }: { $agent } bittet um Ihre Bestätigung: { $url } ({ $life }).
sms-link-no-agent = { $company } { $ticket }: Bitte Identität bestätigen: { $url } ({ $life }).
sms-older-links = Ältere Links ungültig.
sms-not-you = Unerwartet? Ignorieren.
sms-code = { $company } { $ticket }: Ihr Code ist { $code }. Gültig { $life }. Nennen Sie ihn niemandem, auch nicht dem Servicedesk.
sms-minutes = { $minutes } min
sms-hours = { $hours } h
