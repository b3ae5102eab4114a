// Lines of steps as rows of fields, with the words that are known offered in each. Nothing depends on it: without it the lines are written.

function rowsFor(area) {
  const columns = JSON.parse(area.dataset.columns);
  const most = Number(area.dataset.most);
  const table = document.createElement('table');
  const body = table.createTBody();
  const swap = document.createElement('button');
  const named = area.labels[0];
  const hint = document.getElementById(`${area.id}_helptext`);
  const read = () => area.value.split('\n').filter((line) => line.trim()).map((line) => line.split(';').map((part) => part.trim()));

  // As the server writes a line, so that what is left as it was counts as unchanged.
  const write = () => {
    const lines = [...body.rows].map((row) => [...row.querySelectorAll('input, select')].map((field) => field.value.replaceAll(';', ',').trim()));
    area.value = lines.filter((parts) => parts.slice(0, -1).some(Boolean)).map((parts) => parts.join('; ').replace(/[; ]+$/, '')).join('\n');
  };

  function fieldFor(column, value) {
    const field = document.createElement(column.choices ? 'select' : 'input');
    if (column.choices) {
      const known = column.choices.some(([word]) => word === value) || !value;
      for (const [word, label] of known ? column.choices : [...column.choices, [value, value]]) field.add(new Option(label, word));
    } else {
      field.autocomplete = 'off';
      if (column.list) field.setAttribute('list', column.list);
      if (column.numeric) field.inputMode = 'numeric';
    }
    field.value = value || (column.choices ? column.choices[0][0] : '');
    return field;
  }

  function addRow(parts = []) {
    const row = body.insertRow();
    columns.forEach((column, index) => {
      const cell = index ? row.insertCell() : row.appendChild(document.createElement('th'));
      const field = fieldFor(column, parts[index] ?? '');
      field.setAttribute('aria-label', area.dataset.called.replace('{part}', column.label).replace('{number}', body.rows.length));
      if (index) cell.dataset.label = column.label;
      else cell.scope = 'row';
      cell.className = column.numeric ? 'n' : index ? 'part' : '';
      cell.append(field);
    });
  }

  const fill = () => {
    body.replaceChildren();
    for (const parts of read()) addRow(parts);
    if (body.rows.length < most) addRow();
  };
  const show = (lines) => {
    if (!lines) fill();
    area.hidden = !lines;
    table.hidden = lines;
    if (hint) hint.hidden = !lines;
    swap.textContent = lines ? area.dataset.asRows : area.dataset.asLines;
  };

  const head = table.createTHead().insertRow();
  for (const column of columns) {
    const cell = head.appendChild(document.createElement('th'));
    cell.scope = 'col';
    cell.className = column.numeric ? 'n' : column === columns[0] ? '' : 'part';
    cell.textContent = column.label;
  }
  table.className = 'own-steps folds';
  table.id = `${area.id}-rows`;
  if (named) {
    named.id ||= `${area.id}-label`;
    table.setAttribute('aria-labelledby', named.id);
    named.addEventListener('click', () => { if (area.hidden) body.querySelector('input').focus(); });
  }
  body.addEventListener('input', (event) => {
    const row = event.target.closest('tr');
    if (row === body.rows[body.rows.length - 1] && event.target.value && body.rows.length < most) addRow();
    write();
  });
  swap.type = 'button';
  swap.className = 'plain';
  swap.setAttribute('aria-controls', `${table.id} ${area.id}`);
  swap.addEventListener('click', () => show(area.hidden));
  area.after(table, swap);
  show(false);
}

for (const area of document.querySelectorAll('textarea[data-columns]')) rowsFor(area);
