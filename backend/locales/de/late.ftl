## To the manager, when the verification has passed without their answer
approval-back-heading = { $requester } wurde ohne Ihre Antwort bestätigt
approval-back-what = Die Verifizierung ging auf einem anderen Weg weiter, und { $requester } kann die Anfrage jetzt abschließen. Wenn { $requester } das nicht angefordert hat, lehnen Sie ab: Dann wird die Erlaubnis sofort zurückgenommen und der Servicedesk erfährt davon.
approval-back-else = Wenn die Anfrage echt ist, müssen Sie nichts weiter tun.
