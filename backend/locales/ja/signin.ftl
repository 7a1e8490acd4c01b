# 会社のアカウントでのサインインと、依頼を確認する上司。

## 会社のアカウントでのサインイン
sign-in-heading = { $company }のアカウントでサインインしてください
sign-in-what = { $provider }に移動し、ご自身のアカウントでサインインします。すでにサインインしている場合も、もう一度サインインしてください。その後、この画面に戻ります。
sign-in-button = { $provider }へ進む
sign-in-help-heading = サインインできない場合
sign-in-help = サインインに必要なものを失った場合は、別の方法を選ぶか、{ $agent }にお伝えください。ほかの人のアカウントではサインインしないでください。本人確認が失敗します。
sign-in-down = 現在、{ $provider }に接続できません。少し待ってからもう一度試すか、別の方法を選んでください。
sign-in-declined = サインインが完了しませんでした。もう一度試すか、別の方法を選んでください。
sign-in-void = このサインインは無効です。時間がかかりすぎたか、このページから始めたものではありません。もう一度試すか、別の方法を選んでください。
sign-in-too-often = サインインを始めた回数が多すぎます。別の方法を選ぶか、すでにご存じの電話番号で{ $company } ITサービスデスクにお電話ください。
sign-in-leaving-heading = 次は{ $provider }です
sign-in-leaving = { $provider }のページが自動的に開きます。開かない場合は、ボタンを押してください。
sign-in-back-heading = もう少しで完了です
sign-in-back = ボタンを押して、サインインの結果を本人確認に引き継いでください。

## 上司への依頼
manager-heading = 上司に確認を依頼する
manager-what = { $manager }にメールを送り、この依頼が本物かどうかを尋ねます。{ $manager }は回答の前にお電話をかけるはずですので、電話に出られるようにしておいてください。
manager-button = { $manager }に依頼する
manager-asked-heading = { $manager }に依頼しました
manager-waiting = このページを開いたままにしてください。回答は自動的に確認されます。回答期限までの残り時間（分）：{ $minutes }
manager-late-heading = { $manager }から回答がありません
manager-late = 依頼は回答のないまま期限切れになりました。もう一度送るか、別の方法を選んでください。
manager-again = 依頼をもう一度送る
manager-again-in = 依頼は{ $wait }後にもう一度送れます。
manager-reload = 回答を今すぐ確認する
manager-sent-again = 依頼をもう一度送りました。最新の依頼だけが有効です。
manager-no-more = これ以上依頼を送れません。回答がない場合は、別の方法を選ぶか、すでにご存じの電話番号で{ $company } ITサービスデスクにお電話ください。
manager-limit = { $manager }への依頼が多すぎます。{ $wait }後にもう一度試すか、別の方法を選んでください。

## 上司の画面
approval-heading = { $requester }からの依頼ですか
approval-who = { $company } ITサービスデスクの{ $agent }が、{ $requester }と名乗る人に対応しています。チケット { $ticket }
approval-who-action = { $company } ITサービスデスクの{ $agent }が、{ $requester }と名乗る人に対応しています。チケット { $ticket }、依頼内容: { $action }
approval-check-heading = 回答の前に
approval-check-call = すでにご存じの電話番号で{ $requester }にお電話ください。メッセージに書かれた番号は使わず、かかってきた電話も信用しないでください。
approval-check-ask = 今{ $agent }とやり取りをしているか、何のためかを尋ねてください。
approval-check-hurry = 急がせる人がいる場合や、{ $requester }と連絡が取れない場合は、拒否してください。
approval-spoke = すでに知っている電話番号で{ $requester }と話し、本人からの依頼であることを確かめました
approval-spoke-missing = 承認するには、{ $requester }と話したことを確認してください。
approval-approve = 承認する
approval-refuse = 拒否する
approval-minutes-left = 回答期限までの残り時間（分）：{ $minutes }
approval-approved-heading = 依頼を承認しました
approval-approved-next = { $requester }は手続きを続けられます。ほかに行うことはありません。このページを閉じてください。
approval-refused-heading = 依頼を拒否しました
approval-refused-next = 依頼した人のためには何も行われません。サービスデスクにも通知されています。第三者が{ $requester }の名前を使っている可能性がある場合は、すでにご存じの電話番号で今すぐ{ $requester }に知らせてください。
approval-answered-heading = この依頼はすでに回答済みです
approval-answered-next = 回答は一度だけ有効なため、何も変更されていません。ご自身が回答したのではない場合は、すでにご存じの電話番号で{ $company } ITサービスデスクにお電話ください。
approval-late-heading = この依頼は期限切れです
approval-late-next = 何も変更されていません。回答がまだ必要な場合は、新しいメッセージが届きます。
approval-replaced-heading = 新しい依頼があります
approval-replaced-next = 何も変更されていません。最新のメッセージを開いてください。それだけが有効です。
approval-not-needed-heading = 回答は不要になりました
approval-not-needed-next = 本人確認は終了したか、回答なしで先に進みました。おかしいと思われる場合は、すでにご存じの電話番号で{ $company } ITサービスデスクにお電話ください。
approval-own-heading = このリンクは上司のためのものです
approval-own-next = このブラウザーでは{ $requester }の本人確認が行われているため、ここからの回答は無効で、何も変更されていません。上司がご自身の端末でリンクを開いてください。

## 上司へのメッセージ
approval-mail-subject = { $company }: { $requester }からの依頼ですか（チケット { $ticket }）
approval-mail-who = ITサービスデスクの{ $agent }が、{ $requester }と名乗る人に対応しています。お客様は{ $requester }の上司として登録されています。
approval-mail-who-no-agent = ITサービスデスクが、{ $requester }と名乗る人に対応しています。お客様は{ $requester }の上司として登録されています。
approval-mail-call = 回答の前に、すでにご存じの電話番号で{ $requester }にお電話ください。
approval-mail-button = 依頼を見る
approval-mail-open = 回答するには、次のリンクを開いてください:
approval-mail-keep-heading = このメッセージを転送しないでください
approval-mail-keep = リンクを持つ人は、お客様の名前で回答できます。{ $requester }を含め、誰にも渡さないでください。
approval-mail-doubt-heading = お心当たりがない場合
approval-mail-doubt = ページで拒否するか、何もしないでください。
