// Shows new mail as it arrives. Without scripts the page still works: reload it.
const source = new EventSource("/events?seen=" + document.body.dataset.seen);
source.onmessage = () => {
  source.close();
  location.reload();
};
