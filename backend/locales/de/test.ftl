# Test messages, which administrators send to see what messages look like.
test-message = Testnachricht: { $words }
test-notice = Dies ist ein Test, wie Nachrichten aussehen. Niemand hat etwas angefragt: Link und Code darin bewirken nichts.
