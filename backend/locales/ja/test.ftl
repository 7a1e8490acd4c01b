# Test messages, which administrators send to see what messages look like.
test-message = テスト送信：{ $words }
test-notice = これはメッセージの表示を確認するためのテストです。実際の依頼はなく、このメッセージのリンクやコードは何も行いません。
