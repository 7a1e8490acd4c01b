# Die Seiten, die Antragstellende sehen. Anrede: Sie.
# „Zahl“ ist, was am Telefon vorgelesen wird; „Code“ ist, was wir senden.

identity-check = Identitätsprüfung
footer = Identitätsprüfung durch imper.ai
desk-contact = IT-Servicedesk von { $company }: { $contact }
language-switch = Sprache
language-change = Sprache ändern
button-begin = Beginnen
button-continue = Weiter
go-back = Zurück
go-on = Mit der Verifizierung fortfahren
not-me = Das habe ich nicht angefordert
error-prefix = Fehler:
there-is-a-problem = Es gibt ein Problem
step = Schritt { $number } von { $steps }

confirm-your-identity = Bestätigen Sie Ihre Identität
who-asks = { $agent } vom IT-Servicedesk ({ $company }) bittet Sie, für das Ticket { $ticket } Ihre Identität zu bestätigen.
who-asks-action = { $agent } vom IT-Servicedesk ({ $company }) bittet Sie, für das Ticket { $ticket } Ihre Identität zu bestätigen: { $action }.
what-happens = So läuft es ab
how-long = Es dauert etwa zwei Minuten. Sobald Sie beginnen, haben Sie 15 Minuten Zeit.
only-if-you-asked = Fahren Sie nur fort, wenn Sie den Servicedesk selbst um Hilfe gebeten haben. Niemand wird Sie hier nach Ihrem aktuellen Passwort fragen.
what-is-noted = Um Missbrauch zu erkennen, berücksichtigt diese Prüfung auch Ihren Browser, dessen Sprache und dessen Zeitzone.
check-call-number = Sie geben eine Zahl ein, die { $agent } Ihnen am Telefon vorliest.
check-on-file-code = Sie geben einen Code ein, den wir an einen bei { $company } für Sie hinterlegten Kontakt senden.
check-passkey = Sie verwenden den Passkey, den Sie hier früher hinzugefügt haben.
check-authenticator-app = Sie geben einen Code aus Ihrer Authentifizierungs-App ein.
check-recovery-code = Sie geben einen Ihrer Wiederherstellungscodes ein.
check-company-sign-in = Sie melden sich mit Ihrem Konto bei { $company } an.
check-manager-approval = Ihre vorgesetzte Person bestätigt, dass Sie es sind.

stop-heading = Sie haben das nicht angefordert?
stop-what-it-means = Dann benutzt möglicherweise jemand Ihren Namen. Wir beenden diese Verifizierung sofort und informieren den Servicedesk. Mit demselben Link kann sie nicht noch einmal begonnen werden.
stop-button = Verifizierung beenden

number-heading = Geben Sie die Zahl ein, die Sie hören
number-label = Zweistellige Zahl
number-hint = { $agent } liest sie Ihnen am Telefon vor.
number-not-complete = Geben Sie die beiden Ziffern ein, die Sie am Telefon hören.
number-wrong = Diese Zahl stimmt nicht überein. { $tries ->
    [one] Sie haben noch 1 Versuch.
   *[other] Sie haben noch { $tries } Versuche.
}
number-help-heading = Ich höre keine Zahl
number-help = Bitten Sie { $agent }, die Zahl aus dem Ticket noch einmal vorzulesen. Wenn Sie gerade nicht telefonieren, rufen Sie den IT-Servicedesk von { $company } unter der Nummer an, die Sie bereits kennen.

code-heading = Geben Sie den Code ein, den wir Ihnen gesendet haben
code-label = Sechsstelliger Code
code-hint = Wir haben ihn an { $contact } gesendet, einen Kontakt, der bei { $company } für Sie hinterlegt ist. Es kann eine Minute dauern, bis er ankommt; er gilt zehn Minuten.
code-not-complete = Geben Sie alle sechs Ziffern des Codes ein.
code-wrong = Dieser Code stimmt nicht überein. { $tries ->
    [one] Sie haben noch 1 Versuch.
   *[other] Sie haben noch { $tries } Versuche.
}
code-expired = Dieser Code ist abgelaufen. Ein Code gilt zehn Minuten.
code-expired-heading = Fordern Sie einen neuen Code an
code-help-heading = Ich bekomme diesen Code nicht
code-help = Sehen Sie auch bei den unerwünschten Nachrichten nach. Wenn der Kontakt nicht mehr Ihnen gehört, sagen Sie es { $agent }. Dort kann die Verifizierung beendet und Ihnen auf anderem Weg geholfen werden.
code-resend = Neuen Code senden
code-resend-in = Sie können in { $wait } einen neuen Code anfordern.
code-reload = Diese Seite neu anzeigen
code-on-its-way = Ein neuer Code ist unterwegs. Nur der neueste Code gilt.
code-no-more = Es können keine weiteren Codes gesendet werden. Verwenden Sie den neuesten, den Sie erhalten haben.
code-no-more-and-expired = Es können keine weiteren Codes gesendet werden. Rufen Sie bitte den IT-Servicedesk von { $company } unter der Nummer an, die Sie bereits kennen.

confirmed-heading = Ihre Identität ist bestätigt
confirmed-next = { $agent } sieht das Ergebnis im Ticket { $ticket } und macht dort weiter.
confirmed-next-action = { $agent } sieht das Ergebnis im Ticket { $ticket } und fährt fort mit: { $action }.
confirmed-close = Sie können diese Seite schließen.
not-confirmed-heading = Wir konnten Ihre Identität nicht bestätigen
not-confirmed-next = Ihr Servicedesk weiß Bescheid. Rufen Sie bitte den IT-Servicedesk von { $company } unter der Nummer an, die Sie bereits kennen.
no-way-left-heading = Hier können wir Ihre Identität nicht bestätigen
no-way-left-why = Bei { $company } ist kein Kontakt und keine Anmeldemethode hinterlegt, die wir für diese Prüfung verwenden könnten.
refused-heading = Die Verifizierung ist beendet
refused-thanks = Danke für Ihren Hinweis. Der Servicedesk weiß, dass Sie das nicht angefordert haben, und der Link funktioniert nicht mehr.
refused-next = Wenn Sie befürchten, dass jemand Ihren Namen benutzt, rufen Sie den IT-Servicedesk von { $company } unter der Nummer an, die Sie bereits kennen.
expired-heading = Die Zeit ist abgelaufen
expired-nothing = Es wurde nichts bestätigt und nichts geändert.
expired-next = Um es noch einmal zu versuchen, bitten Sie { $agent } um einen neuen Link.
cancelled-heading = Der Servicedesk hat diese Verifizierung beendet
cancelled-nothing = Hier ist für Sie nichts mehr zu tun.
cancelled-next = Wenn Sie noch Hilfe brauchen, rufen Sie Ihren Servicedesk unter der Nummer an, die Sie bereits kennen.

link-unknown-heading = Dieser Link funktioniert nicht
link-unknown-why = Er ist möglicherweise unvollständig. Öffnen Sie ihn noch einmal aus Ihrer Nachricht oder kopieren Sie ihn vollständig.
link-unknown-next = Wenn das nicht hilft, bitten Sie Ihren Servicedesk um einen neuen Link.
link-expired-heading = Dieser Link ist abgelaufen
link-expired-why = Ein Link gilt nur kurze Zeit, damit ihn später niemand verwenden kann.
link-expired-next = Bitten Sie Ihren Servicedesk um einen neuen Link.
link-replaced-heading = Es gibt einen neueren Link
link-replaced-why = Wir haben Ihnen nach diesem Link einen weiteren gesendet; nur der neueste gilt.
link-replaced-next = Öffnen Sie die neueste Nachricht.
link-used-heading = Dieser Link wurde bereits verwendet
link-used-why = Ein Link gilt einmal. Wenn Sie selbst in diesem Browser begonnen haben, können Sie fortfahren.
link-used-next = Wenn Sie es nicht waren, informieren Sie jetzt Ihren Servicedesk unter der Nummer, die Sie bereits kennen.
no-session-heading = In diesem Browser ist keine Verifizierung geöffnet
no-session-elsewhere = Wenn Sie in einem anderen Browser oder auf einem anderen Gerät begonnen haben, fahren Sie dort fort.
no-session-next = Wenn Sie noch nicht begonnen haben, öffnen Sie den Link in Ihrer Nachricht. Wenn er nicht mehr funktioniert, bitten Sie Ihren Servicedesk um einen neuen Link.

limit-heading = Es wurden zu viele Nachrichten gesendet
limit-next = Es wurde kein neuer Code gesendet. Der nächste kann in { $wait } gesendet werden.
limit-newest = Der neueste Code, den Sie erhalten haben, gilt möglicherweise noch.
internal-heading = Bei uns ist ein Fehler aufgetreten
internal-wait = Warten Sie einen Moment und versuchen Sie es noch einmal.
internal-again = Wenn es wieder geschieht, informieren Sie Ihren Servicedesk.
nothing-here-heading = Hier gibt es nichts
nothing-here-next = Öffnen Sie den Link in Ihrer Nachricht vom Servicedesk.
wrong-method-heading = Diese Seite kann so nicht geöffnet werden
wrong-method-nothing = Es wurde nichts geändert.
foreign-heading = Das kam nicht von unserer Seite
foreign-why = Eine andere Website hat versucht, für Sie zu antworten. Es wurde nichts geändert.
foreign-next = Öffnen Sie den Link in Ihrer Nachricht, oder fahren Sie hier fort, wenn Sie bereits begonnen haben.
stale-heading = Diese Seite war nicht mehr aktuell
stale-next = Ihre Antwort wurde nicht gezählt. Fahren Sie mit der aktuellen Seite fort.
