using System.Text.Json.Nodes;
using K8sLb.Operator.Api;
using K8sLb.Operator.Directory;

namespace K8sLb.Operator.Injection;

/// <summary>
/// Gives a pod the sidecar that its pool needs. Pure: the same pod, pools, settings and secret give the same answer, the pod given stays
/// as it is, and fields that nobody here knows are kept. docs/injection.md says what is changed and why.
/// </summary>
public static class PodInjection
{
    /// <param name="pools">Of the pod's namespace, the oldest first.</param>
    /// <param name="drainSecrets">Makes one for each pod.</param>
    public static InjectionResult Inject(
        JsonObject pod,
        IReadOnlyList<PoolInForce> pools,
        InjectionSettings settings,
        Func<string> drainSecrets
    )
    {
        var labels = Labels(pod);
        PoolInForce[] selecting = [.. pools.Where(p => p.Spec.Selector.Matches(labels))];
        if (selecting is not [var pool, ..])
        {
            return new(InjectionOutcome.NoPool, null, pod, []);
        }
        var reason = ReasonAgainst(pod, labels, pool);
        if (reason is { } given)
        {
            return new(given.Outcome, pool, pod, given.Warning is { } warning ? [warning] : []);
        }
        var warnings = new List<InjectionWarning>();
        if (selecting.Length > 1)
        {
            warnings.Add(
                InjectionWarning.TwoPools(
                    pool.Resource.Metadata.Name!,
                    selecting.Skip(1).Select(p => p.Resource.Metadata.Name!)
                )
            );
        }
        return new(InjectionOutcome.Injected, pool, Change(pod, pool, settings, drainSecrets(), warnings), warnings);
    }

    /// <returns>Why the pod is left alone; null where nothing speaks against it.</returns>
    private static (InjectionOutcome Outcome, InjectionWarning? Warning)? ReasonAgainst(
        JsonObject pod,
        Dictionary<string, string> labels,
        PoolInForce pool
    )
    {
        var spec = pod.Object("spec");
        var containers = spec.Objects("containers").Concat(spec.Objects("initContainers")).ToArray();
        return labels.GetValueOrDefault(PodConventions.InjectLabel) == PodConventions.InjectDisabled
                ? (InjectionOutcome.OptedOut, null)
            : containers.Any(c => c.Text("name") == PodConventions.SidecarContainer)
                ? (InjectionOutcome.HasSidecar, null)
            : pod.Object("metadata").Object("annotations").Text("kubernetes.io/config.mirror") is not null
                ? (InjectionOutcome.MirrorPod, null)
            : spec.IsTrue("hostNetwork") ? (InjectionOutcome.HostNetwork, InjectionWarning.HostNetwork)
            : TakenPort(containers, pool) is { } taken ? (InjectionOutcome.PortTaken, taken)
            : null;
    }

    private static InjectionWarning? TakenPort(JsonObject[] containers, PoolInForce pool)
    {
        HashSet<long> needed =
        [
            SidecarPaths.PeerPort,
            SidecarPaths.AdminPort,
            .. pool.Spec.Policy.Ports.Select(p => (long)p.Port),
        ];
        return containers
            .SelectMany(c => c.Objects("ports").Where(NamedPorts.IsTcp), (c, p) => (c, p.Number("containerPort")))
            .Where(p => p.Item2 is { } number && needed.Contains(number))
            .Select(p => InjectionWarning.PortTaken(p.c.Text("name") ?? "", p.Item2!.Value))
            .FirstOrDefault();
    }

    private static JsonObject Change(
        JsonObject original,
        PoolInForce pool,
        InjectionSettings settings,
        string drainSecret,
        List<InjectionWarning> warnings
    )
    {
        var pod = (JsonObject)original.DeepClone();
        var spec = pod.ObjectOrNew("spec");
        JsonObject[] containers = [.. spec.Objects("containers")];
        var ports = PortTakeover.Find(containers, pool.Spec.Policy.Ports, warnings);
        var names = ports.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        var hooks = new DrainHooks(drainSecret, settings.HookHeaders);
        foreach (var container in containers)
        {
            NamedPorts.Withdraw(container, names);
            hooks.AddPreStop(container, warnings);
            warnings.AddRange(HostPorts(container, pool));
        }
        AddSidecar(spec, containers, ports, names => SidecarContainer.Create(settings, drainSecret, names), settings);
        SidecarVolumes.Add(spec, settings);
        DrainHooks.CoverDrain(spec, pool.Spec.Decisions.Drain);
        pod.ObjectOrNew("metadata").ObjectOrNew("annotations")[PodConventions.InjectedAnnotation] = Record(
                settings,
                ports
            )
            .ToJsonString();
        return pod;
    }

    private static void AddSidecar(
        JsonObject spec,
        JsonObject[] containers,
        IReadOnlyList<TakenPort> ports,
        Func<IEnumerable<(string Name, int Port)>, JsonObject> container,
        InjectionSettings settings
    )
    {
        if (!settings.NativeSidecars)
        {
            spec.ListOrNew("containers").Add(container(ports.Select(p => (p.Name, p.Port.Port))));
            return;
        }
        // First, so that it is there for the others, and is ended after them.
        var sidecar = container([]);
        spec.ListOrNew("initContainers").Insert(0, sidecar);
        // Services before 1.32 look for a name in ordinary containers alone (kubernetes/kubernetes#127958). A container may list any
        // port of its pod: they all share one network.
        foreach (var port in ports)
        {
            var host = port.Container ?? containers.FirstOrDefault(c => !HasPort(c, port.Name)) ?? sidecar;
            host.ListOrNew("ports").Add(SidecarContainer.Port(port.Name, port.Port.Port));
        }
    }

    private static bool HasPort(JsonObject container, string name) =>
        container.Objects("ports").Any(p => p.Text("name") == name);

    private static IEnumerable<InjectionWarning> HostPorts(JsonObject container, PoolInForce pool) =>
        from port in container.Objects("ports")
        where
            port.Number("hostPort") > 0 && pool.Spec.Policy.Ports.Any(p => p.TargetPort == port.Number("containerPort"))
        select InjectionWarning.HostPort(container.Text("name") ?? "", port.Number("hostPort")!.Value);

    private static JsonObject Record(InjectionSettings settings, IReadOnlyList<TakenPort> ports) =>
        new()
        {
            ["version"] = settings.Version,
            ["image"] = settings.Image,
            ["ports"] = new JsonArray([
                .. ports.Select(p => new JsonObject
                {
                    ["name"] = p.Name,
                    ["port"] = p.Port.Port,
                    ["targetPort"] = p.Port.TargetPort,
                }),
            ]),
        };

    private static Dictionary<string, string> Labels(JsonObject pod)
    {
        var labels = pod.Object("metadata").Object("labels");
        return (labels ?? [])
            .Select(l => (l.Key, Value: labels.Text(l.Key)))
            .Where(l => l.Value is not null)
            .ToDictionary(l => l.Key, l => l.Value!, StringComparer.Ordinal);
    }
}
