/**
 * Answers the backend's test of the way back. The ping comes where results come and was verified like one; it is
 * neither applied nor recorded.
 */
var ImperPing = Class.create();

ImperPing.TYPE = 'connection.ping';

ImperPing.prototype = {

    initialize: function () {
    },

    /** True if the body, whose signature holds, is a ping. */
    isOne: function (event) {
        return event !== null && event.type === ImperPing.TYPE;
    },

    /**
     * @param {String} webhookId the header webhook-id, which the signature covers
     * @return {Object} {reply: {status, version, time}} or {problem: {status, code, message}}
     */
    answer: function (event, webhookId) {
        if (event.id !== webhookId) {
            return { problem: { status: 400, code: 'invalid_event', message: 'webhook-id and the id of the ping differ.' } };
        }
        return {
            reply: {
                status: 'pong',
                version: ImperProperties.VERSION,
                time: Math.floor(new GlideDateTime().getNumericValue() / 1000)
            }
        };
    },

    type: 'ImperPing'
};
