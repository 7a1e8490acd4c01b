// GlideDateTime: a moment, kept in milliseconds; the instance shows times in UTC.
(function (root) {
  'use strict';
  var lib = root.__lib;

  function GlideDateTime(from) {
    this.millis = from === undefined ? Math.floor(lib.now() / 1000) * 1000 : NaN;
    if (from !== undefined) this.setValue(from);
    return lib.guard(this, 'GlideDateTime');
  }
  var P = GlideDateTime.prototype;
  var DAY = 86400000;

  P.setValue = function (value) {
    if (value === null || value === undefined) { this.millis = NaN; return; }
    if (typeof value === 'number') { this.millis = value; return; }
    if (value instanceof GlideDateTime) { this.millis = value.getNumericValue(); return; }
    this.millis = lib.parseTime(value);
  };
  P.setDisplayValue = P.setValue;
  P.setDisplayValueInternal = P.setValue;
  P.setNumericValue = function (millis) { this.millis = +millis; };
  P.getNumericValue = function () { return isNaN(this.millis) ? 0 : this.millis; };
  P.getValue = function () { return isNaN(this.millis) ? '' : lib.formatTime(this.millis); };
  P.getDisplayValue = P.getValue;
  P.getDisplayValueInternal = P.getValue;
  P.toString = P.getValue;
  P.valueOf = P.getValue;
  P.isValid = function () { return !isNaN(this.millis); };
  P.getErrorMsg = function () { return isNaN(this.millis) ? 'Could not parse DateTime' : null; };
  P.hasDate = function () { return !isNaN(this.millis); };
  P.add = function (by) {
    this.millis += by instanceof GlideDateTime ? by.getNumericValue() : +by;
  };
  P.subtract = function (by) {
    if (typeof by !== 'number') return lib.refuse('GlideDateTime.subtract of anything but milliseconds');
    this.millis -= by;
  };
  P.addSeconds = function (count) { this.millis += 1000 * count; };
  ['', 'UTC', 'LocalTime'].forEach(function (suffix) {
    P['addDays' + suffix] = function (count) { this.millis += DAY * count; };
    P['addWeeks' + suffix] = function (count) { this.millis += 7 * DAY * count; };
    P['addMonths' + suffix] = function (count) {
      var d = new lib.RealDate(this.millis);
      var day = d.getUTCDate();
      d.setUTCDate(1);
      d.setUTCMonth(d.getUTCMonth() + count);
      var last = new lib.RealDate(lib.RealDate.UTC(d.getUTCFullYear(), d.getUTCMonth() + 1, 0)).getUTCDate();
      d.setUTCDate(Math.min(day, last));
      this.millis = d.getTime();
    };
    P['addYears' + suffix] = function (count) { this['addMonths' + suffix](12 * count); };
    P['getDayOfMonth' + suffix] = function () { return new lib.RealDate(this.millis).getUTCDate(); };
    P['getMonth' + suffix] = function () { return new lib.RealDate(this.millis).getUTCMonth() + 1; };
    P['getYear' + suffix] = function () { return new lib.RealDate(this.millis).getUTCFullYear(); };
    P['getDayOfWeek' + suffix] = function () { return new lib.RealDate(this.millis).getUTCDay() || 7; };
  });
  P.getTZOffset = function () { return 0; };
  P.isDST = function () { return false; };
  function other(value) {
    return value instanceof GlideDateTime ? value.getNumericValue() : lib.parseTime(value);
  }
  P.compareTo = function (that) {
    var difference = this.getNumericValue() - other(that);
    return difference < 0 ? -1 : difference > 0 ? 1 : 0;
  };
  P.equals = function (that) { return this.compareTo(that) === 0; };
  P.before = function (that) { return this.compareTo(that) < 0; };
  P.after = function (that) { return this.compareTo(that) > 0; };
  P.onOrBefore = function (that) { return this.compareTo(that) <= 0; };
  P.onOrAfter = function (that) { return this.compareTo(that) >= 0; };

  lib.GlideDateTime = GlideDateTime;
})(globalThis);
