{{- define "kees-creator.image" -}}
{{- with .Values.image.digest -}}
{{ $.Values.image.repository }}@{{ . }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default (printf "v%s" .Chart.AppVersion) }}
{{- end -}}
{{- end -}}

{{- define "kees-creator.storagePolicy" -}}
{{- .Values.storagePolicy | default (.Files.Get "files/storage-policy.yaml") | trimSuffix "\n" -}}
{{- end -}}
