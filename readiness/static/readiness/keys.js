// A slash goes to the search of a list; nothing depends on it.
document.addEventListener('keydown', (event) => {
  const field = document.getElementById('searchbar');
  const typing = event.target.closest('input, textarea, select, [contenteditable]');
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || typing || !field) return;
  event.preventDefault();
  field.focus();
});
