# Passkeys, authenticator apps and recovery codes, and the choice of another way.

## Another way
other-way = Das kann ich gerade nicht
other-way-heading = Wählen Sie einen anderen Weg
other-way-nothing-heading = Hier gibt es keinen anderen Weg
other-way-none-heading = Nichts davon geht?
other-way-none-next = Sagen Sie es { $agent }, wenn Sie gerade telefonieren, oder rufen Sie den IT-Servicedesk von { $company } unter der Nummer an, die Sie bereits kennen. Wenn Sie diese Verifizierung beenden, erfährt es der Servicedesk sofort, und nichts wird bestätigt.
other-way-none = Diese Verifizierung beenden

## Passkey
passkey-heading = Verwenden Sie Ihren Passkey
passkey-what = Ihr Gerät fragt nach Ihrem Fingerabdruck, Ihrem Gesicht oder seiner PIN. Nichts davon verlässt das Gerät.
passkey-button = Meinen Passkey verwenden
passkey-no-script = Ein Passkey braucht Skripte, und dieser Browser führt keine aus. Wählen Sie einen anderen Weg.
passkey-unsupported = Dieser Browser kann keine Passkeys verwenden. Wählen Sie einen anderen Weg.
passkey-not-done = Ihr Gerät hat das nicht abgeschlossen. Versuchen Sie es noch einmal oder wählen Sie einen anderen Weg.
passkey-wrong = Dieser Passkey wurde nicht angenommen. Verbleibende Versuche: { $tries }.

## Authenticator app
app-heading = Geben Sie den Code Ihrer Authentifizierungs-App ein
app-hint = Öffnen Sie die App auf Ihrem Telefon. Sie zeigt alle 30 Sekunden einen neuen Code; suchen Sie nach { $company }.
app-wrong = Dieser Code stimmt nicht oder wurde schon verwendet. Warten Sie auf den nächsten. Verbleibende Versuche: { $tries }.

## Recovery code
recovery-heading = Geben Sie einen Wiederherstellungscode ein
recovery-label = Wiederherstellungscode
recovery-hint = Einer der Codes, die Sie hier früher gesichert haben: 16 Buchstaben und Ziffern. Jeder gilt einmal.
recovery-wrong = Dieser Code stimmt nicht oder wurde schon verwendet. Verbleibende Versuche: { $tries }.
recovery-not-complete = Geben Sie den ganzen Wiederherstellungscode ein: 16 Buchstaben und Ziffern.

## After a pass: the offer
enrol-offer-heading = Nächstes Mal schneller
enrol-offer = Fügen Sie jetzt einen Passkey oder eine Authentifizierungs-App hinzu; damit können Sie Ihre Identität künftig bestätigen. Das dauert eine Minute.
enrol-offer-button = Einen Weg hinzufügen
enrol-another-heading = Noch ein Weg
enrol-another = Sie haben hier bereits einen Weg, Ihre Identität zu bestätigen. Fügen Sie einen weiteren hinzu, für den Tag, an dem er nicht zur Hand ist.

## After a pass: adding
enrol-heading = Fügen Sie einen Weg hinzu, Ihre Identität zu bestätigen
enrol-time-left = Verbleibende Minuten: { $minutes }. An Ihre bei { $company } hinterlegten Kontakte geht eine Nachricht über das, was Sie hinzufügen.
enrol-passkey-heading = Passkey auf diesem Gerät
enrol-passkey-what = Sie bestätigen mit Fingerabdruck, Gesicht oder der PIN Ihres Geräts. Am Telefon kann Ihnen das niemand entlocken.
enrol-passkey-count = Passkeys, die Sie hier haben: { $count }
enrol-passkey-button = Passkey hinzufügen
enrol-passkey-full = Mehr Passkeys können hier nicht aufbewahrt werden.
enrol-app-heading = Authentifizierungs-App
enrol-app-what = Eine App auf Ihrem Telefon zeigt alle 30 Sekunden einen neuen sechsstelligen Code.
enrol-app-have = Sie haben schon eine. Eine neue ersetzt sie.
enrol-app-button = Authentifizierungs-App hinzufügen
enrol-codes-heading = Wiederherstellungscodes
enrol-codes-what = Für den Tag, an dem das Telefon weg ist. Neue Codes machen die alten ungültig. Übrige Codes: { $count }
enrol-codes-button = Neue Wiederherstellungscodes erstellen
enrol-leave = Zurück zum Ergebnis
enrol-not-done = Das konnte nicht hinzugefügt werden. Versuchen Sie es noch einmal.
enrol-closed-heading = Jetzt kann nichts hinzugefügt werden
enrol-closed-next = Ein Weg kann nur kurze Zeit nach der Bestätigung Ihrer Identität und im selben Browser hinzugefügt werden. Sie können es beim nächsten Mal tun.

## Adding the authenticator app
add-app-heading = Fügen Sie Ihre Authentifizierungs-App hinzu
add-app-scan = Scannen Sie dieses Bild mit der App.
add-app-picture = QR-Code mit dem Schlüssel für Ihre Authentifizierungs-App
add-app-open = Die App ist auf diesem Gerät: öffnen
add-app-key = Oder geben Sie diesen Schlüssel in die App ein:
add-app-code = Der Code, den die App jetzt zeigt
add-app-wrong = Dieser Code stimmt nicht. Prüfen Sie, ob die Uhr Ihres Telefons richtig geht, und geben Sie den neuesten Code ein.

## Added
added-passkey = Ihr Passkey ist hinzugefügt
added-app = Ihre Authentifizierungs-App ist hinzugefügt
added-codes = Ihre neuen Wiederherstellungscodes
added-next = Von jetzt an können Sie Ihre Identität damit bestätigen. An Ihre hinterlegten Kontakte geht eine Nachricht darüber.
codes-heading = Sichern Sie Ihre Wiederherstellungscodes
codes-what = Sie werden nur jetzt gezeigt. Jeder gilt einmal, für den Tag, an dem das Telefon weg ist. Bewahren Sie sie auf Papier oder in einem Passwortmanager auf; niemand vom Servicedesk fragt am Telefon danach.
codes-for = { $company }: { $name }
codes-copy = Codes kopieren
codes-copied = Kopiert
codes-print = Codes drucken
codes-saved = Ich habe sie gesichert
enrol-again = Noch einen Weg hinzufügen

## The message to the contacts on file. Short: it stands in a text message, too.
notice-passkey-added = Ein Passkey zur Bestätigung Ihrer Identität wurde hinzugefügt
notice-app-added = Eine Authentifizierungs-App zur Bestätigung Ihrer Identität wurde hinzugefügt
notice-codes-made = Neue Wiederherstellungscodes zur Bestätigung Ihrer Identität wurden erstellt
