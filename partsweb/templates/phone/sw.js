{#- Served at /sw.js. Needs `files` (addresses), `release`. -#}
import { begin } from "{{ url_for('static', filename='js/workers/service.js') }}";

begin({ release: "{{ release }}", offline: "/offline", files: {{ files|tojson }} });
