// What is long is found by typing. Nothing depends on it: without it a field is written, a list chosen from, a link followed.

// A field with a list of suggestions: the list is filled by what was typed.
for (const list of document.querySelectorAll('datalist[data-offers]')) {
  let waiting;
  const offer = async (term) => {
    if (term.length < 2) return;
    const answer = await fetch(`${list.dataset.offers}&term=${encodeURIComponent(term)}`);
    if (!answer.ok) return;
    const { results } = await answer.json();
    list.replaceChildren(...results.map(({ id, text }) => new Option(text, id)));
  };
  for (const field of document.querySelectorAll(`input[list="${list.id}"]`)) {
    field.addEventListener('input', () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => offer(field.value.trim()), 200);
    });
  }
}

const LONG = 12;

// A list to choose from that is long: a field in front of it, which chooses what was typed, whole or as much as is clear.
const within = (text, typed) => text.toLowerCase().includes(typed);

function findIn(select) {
  const options = [...select.options];
  const field = document.createElement('input');
  const offered = document.createElement('datalist');
  const says = document.createElement('span');
  const empty = options.find((option) => option.value === '');
  offered.id = `${select.id}-offered`;
  offered.append(...options.filter((option) => option !== empty).map(({ text }) => new Option(text, text)));
  for (const name of ['aria-describedby', 'aria-invalid', 'required']) {
    if (select.hasAttribute(name)) field.setAttribute(name, select.getAttribute(name));
  }
  field.id = select.id;
  field.autocomplete = 'off';
  field.placeholder = empty ? empty.text : '';
  field.setAttribute('list', offered.id);
  says.className = 'errorlist';
  says.setAttribute('role', 'status');
  const show = () => { field.value = select.value === '' ? '' : select.selectedOptions[0].text; };
  const choose = () => {
    const typed = field.value.trim().toLowerCase();
    const whole = options.find(({ text }) => text.toLowerCase() === typed);
    const fitting = options.filter(({ text }) => within(text, typed));
    const chosen = typed === '' ? empty : whole ?? (fitting.length === 1 ? fitting[0] : undefined);
    says.textContent = chosen ? '' : select.dataset.finds;
    field.setAttribute('aria-invalid', String(!chosen));
    if (!chosen) return false;
    select.value = chosen.value;
    show();
    return true;
  };
  field.addEventListener('change', choose);
  select.form.addEventListener('submit', (event) => {
    if (choose()) return;
    event.preventDefault();
    field.focus();
  });
  select.removeAttribute('id');
  select.hidden = true;
  select.after(field, offered, says);
  show();
}

for (const select of document.querySelectorAll('select[data-finds]')) {
  if (select.options.length > LONG) findIn(select);
}

// A filter with many choices: a field above them that leaves those which hold what was typed.
for (const filter of document.querySelectorAll('details[data-finds]')) {
  const choices = [...filter.querySelectorAll('li')];
  if (choices.length <= LONG) continue;
  const field = document.createElement('input');
  field.type = 'search';
  field.setAttribute('aria-label', filter.dataset.finds);
  field.placeholder = filter.dataset.finds;
  field.addEventListener('input', () => {
    const typed = field.value.trim().toLowerCase();
    for (const choice of choices) choice.hidden = !within(choice.textContent, typed);
  });
  field.addEventListener('keydown', (event) => {
    const left = choices.filter((choice) => !choice.hidden);
    if (event.key !== 'Enter' || left.length !== 1) return;
    event.preventDefault();
    left[0].querySelector('a').click();
  });
  filter.querySelector('ul').before(field);
}
