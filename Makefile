# K8sLb. `make help` explains every target.
SHELL := /bin/bash
.DEFAULT_GOAL := help
CONFIGURATION ?= Debug
DOTNET ?= dotnet
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

LOCAL_CLUSTER := tests/K8sLb.LocalCluster

##@ For everyone

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-zA-Z0-9_-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@printf '\nVariables\n'
	@printf '  %-23s %s\n' 'ACT=scale' 'demo: from 4 pods to 8 under 2,000 gRPC streams, instead of a restart' \
	  'KEEP=1' 'demo, e2e: leave the cluster up and print how to use and end it' \
	  'CLUSTER=current' 'demo, e2e: use the kubeconfig at hand instead of local nodes' \
	  'HELM_VALUES=ARGUMENTS' 'demo, e2e: more of helm install, for example where the nodes find the images' \
	  'KUBEBUILDER_ASSETS=DIR' 'take the Kubernetes binaries from DIR (any version)' \
	  'T=NAME' 'test: only the test project K8sLb.NAME.Tests'

.PHONY: demo
demo: node-assets images ## Rolling restart under load on a local node, or a scale-out under streams, without and with K8sLb (artifacts/demo)
	$(DOTNET) run -c Release --project tests/K8sLb.Demo -- $(DEMO_ARGS)

.PHONY: test
test: tools cluster-assets build ## Every quick test: units, properties, real sockets, a real control plane
	scripts/test.sh $(CONFIGURATION) $(T)

.PHONY: test-full
test-full: tools cluster-assets build ## The quick tests and the long ones
	TEST_FILTER='Category!=Node' scripts/test.sh $(CONFIGURATION) $(T)

##@ For developers

.PHONY: build
build: sdk ## Compile everything; warnings are errors
	$(DOTNET) build K8sLb.sln -c $(CONFIGURATION) -v quiet -nologo

.PHONY: lint
lint: tools build ## Formatting, analyzers (warnings of the build are errors), shell scripts
	$(DOTNET) csharpier check .
	scripts/lint-shell.sh

.PHONY: format
format: tools ## Format the C# code
	$(DOTNET) csharpier format .

.PHONY: endurance
endurance: sdk node-assets images ## Ten restarts in a row under 2,000 requests a second, endpoints 0 to 15 s late, beside HAProxy and nginx (artifacts/endurance)
	scripts/bench-tools.sh
	$(DOTNET) run -c Release --project tests/K8sLb.Demo -- endurance $(ENDURANCE_ARGS)

.PHONY: e2e
e2e: node-assets images ## Installs K8sLb on two local nodes as docs/install.md says, and takes pods, nodes and operators away (artifacts/e2e); exit code 77: cannot run here
	$(DOTNET) run -c Release --project tests/K8sLb.Demo -- e2e $(E2E_ARGS)

.PHONY: simulation
simulation: sdk ## Planner and routing against hundreds of members in virtual time (plots in docs/images)
	$(DOTNET) run -c Release --project tests/K8sLb.Simulation -- docs/images

.PHONY: conformance
conformance: build ## h2spec against the sidecar (from PATH, or built with Go into the cache)
	scripts/h2spec.sh $(CONFIGURATION)

.PHONY: bench
bench: sdk ## Cost of the sidecar beside HAProxy, nginx and a direct connection (artifacts/bench)
	scripts/bench-tools.sh
	$(DOTNET) run -c Release --project tests/K8sLb.Benchmarks -- $(BENCH_ARGS)

.PHONY: cluster-assets
cluster-assets: sdk ## Find, or install and build, etcd, kube-apiserver, kube-controller-manager, kubectl and helm
	$(LOCAL_CLUSTER)/scripts/assets.sh control-plane

.PHONY: node-assets
node-assets: sdk ## The same for a whole node: kubelet, kube-proxy, scheduler, containerd as well
	$(LOCAL_CLUSTER)/scripts/assets.sh node

.PHONY: images
images: sdk ## OCI archives of operator, sidecar and sample application (artifacts/images)
	$(DOTNET) run -c Release --project $(LOCAL_CLUSTER) -- images

.PHONY: chart-docs
chart-docs: tools build ## Write helm/k8slb/README.md from the chart's values and their schema
	K8SLB_REWRITE_GOLDEN=1 $(DOTNET) test tests/K8sLb.Chart.Tests -c $(CONFIGURATION) --no-build --nologo -v quiet --filter ChartReadmeTests

.PHONY: clean
clean: ## Remove what builds and runs left in the tree (the cache of Kubernetes binaries stays)
	rm -rf artifacts TestResults
	find . -type d \( -name bin -o -name obj \) -not -path './.git/*' -prune -exec rm -rf {} +

.PHONY: sdk
sdk:
	@scripts/need-sdk.sh

.PHONY: tools
tools: sdk
	@$(DOTNET) tool restore --verbosity quiet >/dev/null
