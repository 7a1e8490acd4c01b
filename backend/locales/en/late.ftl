## To the manager, when the verification has passed without their answer
approval-back-heading = { $requester } has been confirmed without your answer
approval-back-what = The verification went on in another way, and { $requester } may now complete the request. If they did not ask for this, refuse: then the permission is taken back at once, and the service desk is told.
approval-back-else = If the request is genuine, there is nothing left for you to do.
