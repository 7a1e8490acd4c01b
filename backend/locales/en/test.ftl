# Test messages, which administrators send to see what messages look like.
test-message = Test message: { $words }
test-notice = This is a test of how messages look. Nobody asked for anything: the link and the code in it do nothing.
