# Anmeldung bei der Firma, und die vorgesetzte Person, die eine Anfrage bestätigt.

## Anmeldung bei der Firma
sign-in-heading = Melden Sie sich mit Ihrem Konto bei { $company } an
sign-in-what = Sie gehen zu { $provider } und melden sich dort mit Ihrem eigenen Konto an, auch wenn Sie bereits angemeldet sind. Danach kommen Sie hierher zurück.
sign-in-button = Weiter zu { $provider }
sign-in-help-heading = Ich kann mich nicht anmelden
sign-in-help = Wenn Ihnen fehlt, was Sie dafür brauchen, wählen Sie einen anderen Weg oder sagen Sie es { $agent }. Melden Sie sich nie mit dem Konto einer anderen Person an: Dann schlägt die Verifizierung fehl.
sign-in-down = { $provider } ist im Moment nicht erreichbar. Warten Sie eine Minute und versuchen Sie es noch einmal, oder wählen Sie einen anderen Weg.
sign-in-declined = Die Anmeldung wurde nicht abgeschlossen. Versuchen Sie es noch einmal, oder wählen Sie einen anderen Weg.
sign-in-void = Diese Anmeldung zählt nicht. Sie hat zu lange gedauert oder nicht auf dieser Seite begonnen. Versuchen Sie es noch einmal, oder wählen Sie einen anderen Weg.
sign-in-too-often = Sie haben diese Anmeldung zu oft begonnen. Wählen Sie einen anderen Weg, oder rufen Sie den IT-Servicedesk von { $company } unter der Nummer an, die Sie bereits kennen.
sign-in-leaving-heading = Als Nächstes: { $provider }
sign-in-leaving = Die Seite von { $provider } öffnet sich von selbst. Wenn nicht, drücken Sie den Knopf.
sign-in-back-heading = Fast fertig
sign-in-back = Drücken Sie den Knopf, um mit Ihrer Anmeldung zur Verifizierung zurückzukehren.

## Die vorgesetzte Person wird gefragt
manager-heading = Bitten Sie Ihre vorgesetzte Person um Bestätigung
manager-what = Wir schicken { $manager } eine E-Mail und fragen, ob diese Anfrage echt ist. { $manager } soll Sie vor der Antwort anrufen; halten Sie also Ihr Telefon bereit.
manager-button = { $manager } fragen
manager-asked-heading = Wir haben { $manager } gefragt
manager-waiting = Lassen Sie diese Seite offen. Sie sieht von selbst nach der Antwort. Verbleibende Minuten: { $minutes }
manager-late-heading = { $manager } hat nicht geantwortet
manager-late = Die Anfrage ist ohne Antwort abgelaufen. Sie können sie noch einmal senden oder einen anderen Weg wählen.
manager-again = Anfrage noch einmal senden
manager-again-in = Sie können die Anfrage in { $wait } noch einmal senden.
manager-reload = Jetzt nach der Antwort sehen
manager-sent-again = Die Anfrage wurde noch einmal gesendet. Nur die neueste gilt.
manager-no-more = Es können keine weiteren Anfragen gesendet werden. Wenn keine Antwort kommt, wählen Sie einen anderen Weg, oder rufen Sie den IT-Servicedesk von { $company } unter der Nummer an, die Sie bereits kennen.
manager-limit = { $manager } hat zu viele Anfragen erhalten. Versuchen Sie es in { $wait } noch einmal, oder wählen Sie einen anderen Weg.

## Die Seite der vorgesetzten Person
approval-heading = Kommt das von { $requester }?
approval-who = { $agent } vom IT-Servicedesk ({ $company }) hilft jemandem, der sich als { $requester } ausgibt. Ticket { $ticket }.
approval-who-action = { $agent } vom IT-Servicedesk ({ $company }) hilft jemandem, der sich als { $requester } ausgibt. Ticket { $ticket }: { $action }.
approval-check-heading = Bevor Sie antworten
approval-check-call = Rufen Sie { $requester } unter einer Nummer an, die Sie bereits kennen. Verwenden Sie keine Nummer aus einer Nachricht, und verlassen Sie sich nicht auf einen Anruf, den Sie erhalten haben.
approval-check-ask = Fragen Sie, ob gerade Kontakt mit { $agent } besteht, und wofür.
approval-check-hurry = Wenn jemand Sie zur Eile drängt oder Sie { $requester } nicht erreichen, lehnen Sie ab.
approval-spoke = Ich habe mit { $requester } unter einer mir bereits bekannten Nummer gesprochen, und die Anfrage kommt von dort
approval-spoke-missing = Bestätigen Sie zum Genehmigen, dass Sie mit { $requester } gesprochen haben.
approval-approve = Genehmigen
approval-refuse = Ablehnen
approval-minutes-left = Verbleibende Minuten für die Antwort: { $minutes }
approval-approved-heading = Sie haben die Anfrage genehmigt
approval-approved-next = { $requester } kann jetzt weitermachen. Für Sie gibt es nichts mehr zu tun; Sie können diese Seite schließen.
approval-refused-heading = Sie haben die Anfrage abgelehnt
approval-refused-next = Für die anfragende Person wird nichts getan, und der Servicedesk weiß Bescheid. Wenn jemand den Namen von { $requester } benutzen könnte, sagen Sie es { $requester } jetzt, unter einer Nummer, die Sie bereits kennen.
approval-answered-heading = Diese Anfrage wurde bereits beantwortet
approval-answered-next = Eine Antwort zählt einmal; jetzt wurde nichts geändert. Wenn nicht Sie geantwortet haben, rufen Sie den IT-Servicedesk von { $company } unter der Nummer an, die Sie bereits kennen.
approval-late-heading = Diese Anfrage ist abgelaufen
approval-late-next = Es wurde nichts geändert. Wenn Ihre Antwort noch gebraucht wird, erhalten Sie eine neue Nachricht.
approval-replaced-heading = Es gibt eine neuere Anfrage
approval-replaced-next = Es wurde nichts geändert. Öffnen Sie die neueste Nachricht; nur diese gilt.
approval-not-needed-heading = Ihre Antwort wird nicht mehr gebraucht
approval-not-needed-next = Die Verifizierung ist beendet oder ging ohne sie weiter. Wenn Ihnen etwas nicht richtig vorkommt, rufen Sie den IT-Servicedesk von { $company } unter der Nummer an, die Sie bereits kennen.
approval-own-heading = Dieser Link ist für die vorgesetzte Person
approval-own-next = In diesem Browser läuft die Verifizierung von { $requester }; von hier zählt daher keine Antwort, und es wurde nichts geändert. Die vorgesetzte Person öffnet den Link auf einem eigenen Gerät.

## Die Nachricht an die vorgesetzte Person
approval-mail-subject = { $company }: Kommt das von { $requester }? Ticket { $ticket }
approval-mail-who = { $agent } vom IT-Servicedesk hilft jemandem, der sich als { $requester } ausgibt. Sie sind als vorgesetzte Person von { $requester } hinterlegt.
approval-mail-who-no-agent = Der IT-Servicedesk hilft jemandem, der sich als { $requester } ausgibt. Sie sind als vorgesetzte Person von { $requester } hinterlegt.
approval-mail-call = Rufen Sie { $requester } vor Ihrer Antwort unter einer Nummer an, die Sie bereits kennen.
approval-mail-button = Anfrage ansehen
approval-mail-open = Öffnen Sie zum Antworten diesen Link:
approval-mail-keep-heading = Behalten Sie diese Nachricht für sich
approval-mail-keep = Wer den Link hat, kann in Ihrem Namen antworten. Geben Sie ihn nicht weiter, auch nicht an { $requester }.
approval-mail-doubt-heading = Sie wissen davon nichts?
approval-mail-doubt = Lehnen Sie auf der Seite ab, oder tun Sie nichts.
