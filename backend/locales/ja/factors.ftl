# Passkeys, authenticator apps and recovery codes, and the choice of another way.

## Another way
other-way = 今はこの方法を使えない
other-way-heading = 別の方法を選んでください
other-way-nothing-heading = ここにはほかの方法がありません
other-way-none-heading = どの方法も使えない場合
other-way-none-next = 通話中の場合は{ $agent }にお知らせいただくか、すでにご存じの電話番号で{ $company } ITサービスデスクにお電話ください。この本人確認を終了すると、サービスデスクにすぐ通知され、何も確認されません。
other-way-none = この本人確認を終了する

## Passkey
passkey-heading = パスキーを使用してください
passkey-what = お使いのデバイスで指紋、顔、またはPINの入力を求められます。これらの情報がデバイスの外に出ることはありません。
passkey-button = パスキーを使用する
passkey-no-script = パスキーにはスクリプトが必要ですが、このブラウザーでは実行されません。別の方法を選んでください。
passkey-unsupported = このブラウザーではパスキーを使用できません。別の方法を選んでください。
passkey-not-done = デバイスでの操作が完了しませんでした。もう一度試すか、別の方法を選んでください。
passkey-wrong = このパスキーは受け付けられませんでした。残りの回数：{ $tries }。

## Authenticator app
app-heading = 認証アプリのコードを入力してください
app-hint = スマートフォンでアプリを開いてください。30秒ごとに新しいコードが表示されます。{ $company }の項目をご覧ください。
app-wrong = コードが一致しないか、すでに使用されています。次のコードをお待ちください。残りの回数：{ $tries }。

## Recovery code
recovery-heading = 回復コードを入力してください
recovery-label = 回復コード
recovery-hint = 以前ここで保存したコードのいずれかです（英数字16文字）。各コードは1回だけ使用できます。
recovery-wrong = コードが一致しないか、すでに使用されています。残りの回数：{ $tries }。
recovery-not-complete = 回復コード全体（英数字16文字）を入力してください。

## After a pass: the offer
enrol-offer-heading = 次回をもっと早く
enrol-offer = 今パスキーまたは認証アプリを追加すると、今後はそれを使って本人確認ができます。1分ほどで完了します。
enrol-offer-button = 方法を追加する
enrol-another-heading = もう一つの方法
enrol-another = 本人確認の方法はすでに登録されています。それが手元にないときのために、別の方法も追加できます。

## After a pass: adding
enrol-heading = 本人確認の方法を追加してください
enrol-time-left = 残り時間（分）：{ $minutes }。追加した内容は、{ $company }に登録されているお客様の連絡先に通知されます。
enrol-passkey-heading = パスキー
enrol-passkey-what = 指紋、顔、またはデバイスのPINで確認します。電話で聞き出されることはありません。
enrol-passkey-count = ここに登録済みのパスキー：{ $count }
enrol-passkey-button = パスキーを追加する
enrol-passkey-full = ここに登録できるパスキーの上限に達しています。
enrol-app-heading = 認証アプリ
enrol-app-what = スマートフォンのアプリに、30秒ごとに新しい6桁のコードが表示されます。
enrol-app-have = すでに登録されています。新しいアプリを追加すると置き換えられます。
enrol-app-button = 認証アプリを追加する
enrol-codes-heading = 回復コード
enrol-codes-what = スマートフォンを紛失したときのためのコードです。新しいコードを作成すると、以前のコードは無効になります。残りのコード：{ $count }
enrol-codes-button = 新しい回復コードを作成する
enrol-leave = 結果に戻る
enrol-not-done = 追加できませんでした。もう一度お試しください。
enrol-closed-heading = 今は追加できません
enrol-closed-next = 方法を追加できるのは、本人確認の完了後しばらくの間、同じブラウザーでのみです。次回追加していただけます。

## Adding the authenticator app
add-app-heading = 認証アプリを追加してください
add-app-scan = アプリでこの画像を読み取ってください。
add-app-picture = 認証アプリ用のキーを含むQRコード
add-app-open = アプリがこのデバイスにある場合：開く
add-app-key = または、このキーをアプリに入力してください：
add-app-code = アプリに現在表示されているコード
add-app-wrong = コードが一致しません。スマートフォンの時刻が正しいか確認し、最新のコードを入力してください。

## Added
added-passkey = パスキーを追加しました
added-app = 認証アプリを追加しました
added-codes = 新しい回復コード
added-next = 今後はこれを使って本人確認ができます。登録されている連絡先にも通知されます。
codes-heading = 回復コードを保存してください
codes-what = 表示されるのは今だけです。スマートフォンを紛失したときに、各コードを1回ずつ使用できます。紙またはパスワードマネージャーに保管してください。サービスデスクが電話でお尋ねすることはありません。
codes-for = { $company }　{ $name }
codes-copy = コードをコピーする
codes-copied = コピーしました
codes-print = コードを印刷する
codes-saved = 保存しました
enrol-again = 別の方法も追加する

## The message to the contacts on file. Short: it stands in a text message, too.
notice-passkey-added = 本人確認用のパスキーが追加されました
notice-app-added = 本人確認用の認証アプリが追加されました
notice-codes-made = 本人確認用の新しい回復コードが作成されました
