{{- define "k8slb.labels" -}}
app.kubernetes.io/name: k8slb
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: operator
{{- end -}}

{{/* What the operator is told about its webhooks, and about the sidecars that it injects. */}}
{{- define "k8slb.webhookVariables" -}}
{{- if .Values.webhooks.enabled -}}
- {name: K8SLB_WEBHOOK_LISTEN, value: "https://0.0.0.0:15012"}
- {name: K8SLB_VALIDATION_WEBHOOK, value: {{ .Release.Name }}}
{{- if .Values.injection.enabled }}
- {name: K8SLB_INJECTION_WEBHOOK, value: {{ .Release.Name }}}
- {name: K8SLB_SIDECAR_IMAGE, value: {{ printf "%s:%s" .Values.sidecar.image.repository .Values.sidecar.image.tag | quote }}}
- {name: K8SLB_SIDECAR_PULL_POLICY, value: {{ .Values.sidecar.image.pullPolicy }}}
- {name: K8SLB_SIDECAR_RESOURCES, value: {{ toJson .Values.sidecar.resources | quote }}}
- {name: K8SLB_SIDECAR_NATIVE, value: {{ .Values.sidecar.native }}}
{{- /* What a PodMonitor asks for must be served to Prometheus. */}}
{{- if and .Values.monitoring.serviceMonitor (not (hasKey .Values.env "K8SLB_SIDECAR_METRICS_ON")) }}
- {name: K8SLB_SIDECAR_METRICS_ON, value: Pod}
{{- end }}
{{- $scheme := hasPrefix "http://" (default "" .Values.env.K8SLB_LISTEN) | ternary "http" "https" }}
{{- if .Values.service.clusterIP }}
- {name: K8SLB_SIDECAR_OPERATOR, value: "{{ $scheme }}://{{ .Values.service.clusterIP }}:{{ .Values.service.port }}"}
- {name: K8SLB_SIDECAR_OPERATOR_NAME, value: {{ .Release.Name }}.{{ .Release.Namespace }}.svc}
{{- else }}
- {name: K8SLB_SIDECAR_OPERATOR, value: "{{ $scheme }}://{{ .Release.Name }}.{{ .Release.Namespace }}.svc:{{ .Values.service.port }}"}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
