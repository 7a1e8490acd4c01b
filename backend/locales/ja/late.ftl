## To the manager, when the verification has passed without their answer
approval-back-heading = { $requester }の本人確認は回答を待たずに完了しました
approval-back-what = 本人確認は別の方法で進み、{ $requester }は依頼した操作を行えるようになりました。本人の依頼ではない場合は拒否してください。許可はすぐに取り消され、サービスデスクに通知されます。
approval-back-else = 本人の依頼であれば、これ以上の操作は必要ありません。
