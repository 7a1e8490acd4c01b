api.controller = function () {
    var c = this;
};
