// Offers people while a name is typed: the admin's autocomplete fills the list that stands on the page.
const list = document.getElementById('people');
let waiting;

async function offer(term) {
  if (term.length < 2) return;
  const answer = await fetch(`${list.dataset.autocomplete}&term=${encodeURIComponent(term)}`);
  if (!answer.ok) return;
  const { results } = await answer.json();
  list.replaceChildren(...results.map(({ id, text }) => new Option(text, id)));
}

for (const field of document.querySelectorAll('input[list=people]')) {
  field.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => offer(field.value.trim()), 200);
  });
}
