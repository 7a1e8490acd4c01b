// Stock business rules of the base system: one block per rule, `//@ table when actions order name`.
//@ incident before insert,update 50 Calculate priority
(function () {
  var table = { '11': 1, '12': 2, '13': 3, '21': 2, '22': 3, '23': 4, '31': 3, '32': 4, '33': 5 };
  if (current.impact.changes() || current.urgency.changes()) {
    var priority = table[current.getValue('impact') + current.getValue('urgency')];
    if (priority) current.setValue('priority', priority);
  }
})();
//@ incident before insert,update 60 Close info is mandatory when resolved or closed
(function () {
  var state = current.getValue('state');
  if (state != '6' && state != '7') return;
  if (current.close_code.nil() || current.close_notes.nil()) {
    gs.addErrorMessage('Data Policy Exception: The following fields are mandatory: Resolution code, Close notes');
    current.setAbortAction(true);
  }
})();
//@ incident before insert,update 200 Mark resolved and closed
(function () {
  if (!current.state.changes()) return;
  var state = current.getValue('state');
  current.setValue('incident_state', state);
  if (state == '6') {
    if (current.resolved_by.nil()) current.setValue('resolved_by', gs.getUserID());
    if (current.resolved_at.nil()) current.setValue('resolved_at', new GlideDateTime().getValue());
  }
  if (state == '7' || state == '8') {
    current.setValue('active', false);
    if (current.closed_by.nil()) current.setValue('closed_by', gs.getUserID());
    if (current.closed_at.nil()) current.setValue('closed_at', new GlideDateTime().getValue());
  }
  if (state != '6' && state != '7' && state != '8') {
    current.setValue('active', true);
    current.setValue('resolved_by', '');
    current.setValue('resolved_at', '');
    current.setValue('closed_by', '');
    current.setValue('closed_at', '');
  }
})();
