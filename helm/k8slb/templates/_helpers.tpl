{{- define "k8slb.labels" -}}
app.kubernetes.io/name: k8slb
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: operator
{{- end -}}
