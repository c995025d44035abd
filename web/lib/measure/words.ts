import { coded } from '$lib/i18n.svelte';

export const wayName = coded({
  ru: { rectangle: 'Прямоугольник', trapezium: 'Трапеция', triangle: 'Треугольник', arch: 'Арка', corners: 'По углам', fan: 'Стороны и диагонали' },
  en: { rectangle: 'Rectangle', trapezium: 'Trapezium', triangle: 'Triangle', arch: 'Arch', corners: 'By corners', fan: 'Sides and diagonals' },
});
export const kindName = coded({ ru: { window: 'Окно', door: 'Дверь', balcony: 'Балкон' }, en: { window: 'Window', door: 'Door', balcony: 'Balcony' } });
export const wallName = coded({
  ru: { brick: 'Кирпич', panel: 'Панель', monolith: 'Монолит', wood: 'Дерево', aerated: 'Газобетон', other: 'Другое' },
  en: { brick: 'Brick', panel: 'Panel', monolith: 'Concrete', wood: 'Wood', aerated: 'Aerated concrete', other: 'Other' },
});
export const sizeName = coded({
  ru: {
    width_top_mm: 'Ширина сверху', width_middle_mm: 'Ширина посередине', width_bottom_mm: 'Ширина снизу', height_left_mm: 'Высота слева',
    height_middle_mm: 'Высота посередине', height_right_mm: 'Высота справа', diagonal_1_mm: 'Диагональ ↘', diagonal_2_mm: 'Диагональ ↙',
    base_mm: 'Основание', left_mm: 'Левая сторона', right_mm: 'Правая сторона', height_mm: 'Высота', width_mm: 'Ширина', radius_mm: 'Радиус',
    rise_mm: 'Подъём арки', quarter_mm: 'Четверть', sill_mm: 'Вынос подоконника', slope_mm: 'Глубина откоса',
  },
  en: {
    width_top_mm: 'Width at the top', width_middle_mm: 'Width in the middle', width_bottom_mm: 'Width at the bottom',
    height_left_mm: 'Height on the left', height_middle_mm: 'Height in the middle', height_right_mm: 'Height on the right',
    diagonal_1_mm: 'Diagonal ↘', diagonal_2_mm: 'Diagonal ↙', base_mm: 'Base', left_mm: 'Left side', right_mm: 'Right side',
    height_mm: 'Height', width_mm: 'Width', radius_mm: 'Radius', rise_mm: 'Rise of the arch', quarter_mm: 'Rebate',
    sill_mm: 'Projection of the sill', slope_mm: 'Depth of the reveal',
  },
});
/** Under a heading that says width, height or diagonal. */
export const shortName = coded({
  ru: {
    width_top_mm: 'сверху', width_middle_mm: 'по центру', width_bottom_mm: 'снизу', height_left_mm: 'слева', height_middle_mm: 'по центру',
    height_right_mm: 'справа', diagonal_1_mm: '↘ из левого верхнего', diagonal_2_mm: '↙ из правого верхнего',
  },
  en: {
    width_top_mm: 'at the top', width_middle_mm: 'in the middle', width_bottom_mm: 'at the bottom', height_left_mm: 'left', height_middle_mm: 'in the middle',
    height_right_mm: 'right', diagonal_1_mm: '↘ from the top left', diagonal_2_mm: '↙ from the top right',
  },
});
/** What a rule has against an opening. */
export const objectionText = coded({
  ru: {
    size_limits: 'Размер {found} мм за границей {allowed} мм.', size_nothing: 'Этот размер не может быть 0.', size_too_large: '{found} мм: таких проёмов не бывает.',
    width_spread: 'Ширины расходятся на {found} мм.', height_spread: 'Высоты расходятся на {found} мм.',
    width_spread_sloped: 'Ширина посередине отличается от полусуммы верхней и нижней на {found} мм.',
    height_spread_sloped: 'Высота посередине отличается от полусуммы левой и правой на {found} мм.',
    width_spread_arch: 'Ширина арки посередине и снизу расходится на {found} мм.', height_spread_arch: 'Бока арки расходятся по высоте на {found} мм.',
    diagonal_impossible: 'Диагональ {found} мм при таких сторонах невозможна: предел {allowed} мм.', diagonal_missing: 'Нужны обе диагонали.',
    diagonal_difference: 'Диагональ отклоняется на {found} мм, допустимо {allowed} мм.',
    diagonal_of_trapezium: 'Трапеции с такими сторонами и диагоналями нет: отклонение {found} мм, допустимо {allowed} мм.',
    remeasure_difference: '{size}: было {was} мм, стало {now} мм.', outline_crosses: 'Стороны пересекаются. Проверьте порядок точек.',
    outline_open: 'Стороны не сходятся: {found} мм при пределе {allowed} мм.', outline_side: 'Сторона {found} мм короче {allowed} мм.',
    outline_corner_twice: 'Две вершины подряд совпадают.', outline_difference: '{size}: по контуру {was} мм, измерено {now} мм.',
    arch_rise: 'Арка поднимается на {found} мм, это выше полукруга ({allowed} мм).', arch_flat: 'Высота арки {found} мм должна быть больше боков: не меньше {allowed} мм.',
  },
  en: {
    size_limits: '{found} mm is beyond the limit of {allowed} mm.', size_nothing: 'This size cannot be 0.', size_too_large: '{found} mm: there is no such opening.',
    width_spread: 'The widths differ by {found} mm.', height_spread: 'The heights differ by {found} mm.',
    width_spread_sloped: 'The width in the middle is {found} mm off the mean of top and bottom.',
    height_spread_sloped: 'The height in the middle is {found} mm off the mean of left and right.',
    width_spread_arch: 'The widths of the arch in the middle and at the bottom differ by {found} mm.', height_spread_arch: 'The sides of the arch differ by {found} mm.',
    diagonal_impossible: 'A diagonal of {found} mm is not possible with these sides: the limit is {allowed} mm.', diagonal_missing: 'Both diagonals are needed.',
    diagonal_difference: 'A diagonal is {found} mm off; {allowed} mm are allowed.',
    diagonal_of_trapezium: 'There is no trapezium with these sides and diagonals: {found} mm off, {allowed} mm are allowed.',
    remeasure_difference: '{size}: {was} mm before, {now} mm now.', outline_crosses: 'The sides cross. Check the order of the corners.',
    outline_open: 'The sides do not meet: {found} mm, the bound is {allowed} mm.', outline_side: 'A side is {found} mm, shorter than {allowed} mm.',
    outline_corner_twice: 'Two corners in a row are the same.', outline_difference: '{size}: {was} mm by the outline, {now} mm measured.',
    arch_rise: 'The arch rises by {found} mm, more than half a circle ({allowed} mm).', arch_flat: 'The arch is {found} mm high and must be higher than its sides: at least {allowed} mm.',
  },
});
