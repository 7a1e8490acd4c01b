// Widgets as directives of AngularJS. What a widget asks for beyond its data throws.
(function () {
  'use strict';
  var widgets = JSON.parse(document.getElementById('sp-widgets').textContent);
  var app = angular.module('sn.$sp', []);

  function guard(label) {
    return new Proxy({}, {
      get: function (object, name) {
        if (typeof name === 'symbol' || /^(\$|then$|toJSON$|constructor$)/.test(name)) return undefined;
        throw new Error('not emulated: ' + label + '.' + name);
      }
    });
  }

  widgets.forEach(function (widget, index) {
    var api = {};
    new Function('api', widget.client_script)(api);
    if (typeof api.controller !== 'function') throw new Error('the widget ' + widget.id + ' sets no api.controller');
    app.directive('spWidget' + index, function () {
      return {
        restrict: 'E',
        scope: {},
        template: widget.template,
        controller: ['$scope', '$injector', function ($scope, $injector) {
          var instance = Object.create(api.controller.prototype);
          instance.data = $scope.data = widget.data;
          instance.options = $scope.options = widget.options;
          instance.server = $scope.server = guard('server of the widget ' + widget.id);
          $scope[widget.controller_as] = instance;
          $injector.invoke(api.controller, instance, { $scope: $scope });
        }]
      };
    });
  });
  angular.module('sn.$sp').config(['$compileProvider', function (provider) { provider.debugInfoEnabled(false); }])
    // AngularJS logs what a widget throws and goes on: as on the platform, and an error on the console here.
    .factory('$exceptionHandler', function () { return function (error) { console.error(String(error && error.stack || error)); }; });
  angular.bootstrap(document.getElementById('portal'), ['sn.$sp']);
})();
