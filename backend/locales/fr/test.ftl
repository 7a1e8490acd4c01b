# Test messages, which administrators send to see what messages look like.
test-message = Message de test : { $words }
test-notice = Ceci est un test de présentation des messages. Personne n’a rien demandé : le lien et le code qu’il contient n’ont aucun effet.
