## To the manager, when the verification has passed without their answer
approval-back-heading = La identidad de { $requester } se ha confirmado sin su respuesta
approval-back-what = La verificación siguió de otra manera y { $requester } ya puede completar la solicitud. Si { $requester } no ha pedido esto, rechácela: el permiso se retira de inmediato y el soporte queda avisado.
approval-back-else = Si la solicitud es auténtica, no tiene que hacer nada más.
