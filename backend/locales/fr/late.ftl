## To the manager, when the verification has passed without their answer
approval-back-heading = L’identité de { $requester } a été confirmée sans votre réponse
approval-back-what = La vérification a continué d’une autre façon, et la demande de { $requester } peut maintenant être menée à bien. Si { $requester } n’a rien demandé, refusez : l’autorisation est alors retirée aussitôt et le support en est informé.
approval-back-else = Si la demande est authentique, vous n’avez plus rien à faire.
