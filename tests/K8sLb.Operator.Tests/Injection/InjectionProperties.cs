using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using K8sLb.Operator.Api;
using K8sLb.Operator.Directory;
using K8sLb.Operator.Injection;
using K8sLb.Operator.Mapping;

namespace K8sLb.Operator.Tests.Injection;

/// <summary>What holds for every pod.</summary>
public sealed class InjectionProperties
{
    private static readonly PoolInForce[] Pools = [Pool()];

    [Fact]
    public void The_second_time_nothing_changes() =>
        ForEveryPod(
            (pod, settings) =>
            {
                var first = PodInjection.Inject(pod, Pools, settings, InjectionSample.Secrets);
                var second = PodInjection.Inject(first.Pod, Pools, settings, InjectionSample.Secrets);
                return ReferenceEquals(second.Pod, first.Pod)
                    && second.Outcome
                        == (first.Outcome == InjectionOutcome.Injected ? InjectionOutcome.HasSidecar : first.Outcome);
            }
        );

    [Fact]
    public void The_pod_that_was_given_stays_as_it_is_and_the_patch_makes_of_it_what_came_out() =>
        ForEveryPod(
            (pod, settings) =>
            {
                var before = pod.DeepClone();
                var result = PodInjection.Inject(pod, Pools, settings, InjectionSample.Secrets);
                return JsonNode.DeepEquals(before, pod)
                    && JsonNode.DeepEquals(PatchReader.Apply(pod, JsonPatch.Between(pod, result.Pod)), result.Pod);
            }
        );

    [Fact]
    public void Containers_keep_their_order_and_everything_but_names_of_ports_what_uses_them_and_the_hook() =>
        ForEveryPod(
            (pod, settings) =>
                JsonNode.DeepEquals(
                    PodResidue.Of(pod),
                    PodResidue.Of(PodInjection.Inject(pod, Pools, settings, InjectionSample.Secrets).Pod)
                )
        );

    [Fact]
    public void Every_port_of_the_pool_is_found_under_one_name_of_its_own() =>
        ForEveryPod(
            (pod, settings) =>
            {
                var result = PodInjection.Inject(pod, Pools, settings, InjectionSample.Secrets);
                if (result.Outcome != InjectionOutcome.Injected)
                {
                    return true;
                }
                // As Services look for it: the first one wins.
                var spec = result.Pod["spec"]!;
                var listed = spec["containers"]!
                    .AsArray()
                    .Concat(spec["initContainers"]?.AsArray() ?? [])
                    .SelectMany(c => c!["ports"]?.AsArray() ?? [])
                    .Where(p => p!["protocol"]?.GetValue<string>() is null or "TCP")
                    .Select(p => (Name: p!["name"]?.GetValue<string>(), Port: p["containerPort"]!.GetValue<int>()))
                    .ToArray();
                return Pools[0]
                    .Spec.Policy.Ports.All(port =>
                        listed.Where(l => l.Port == port.Port).Select(l => l.Name).ToArray() is [{ } name]
                        && listed.First(l => l.Name == name).Port == port.Port
                    );
            }
        );

    [Fact]
    public void Probes_name_no_port_that_is_gone_from_their_container() =>
        ForEveryPod(
            (pod, settings) =>
                PodInjection.Inject(pod, Pools, settings, InjectionSample.Secrets).Pod["spec"]!["containers"]!
                    .AsArray()
                    .All(c =>
                        c!["readinessProbe"]?["httpGet"]?["port"] is not JsonValue port
                        || !port.TryGetValue<string>(out var name)
                        || c["ports"]!.AsArray().Any(p => p!["name"]?.GetValue<string>() == name)
                    )
        );

    private static void ForEveryPod(Func<JsonObject, InjectionSettings, bool> holds) =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(1_000),
            Prop.ForAll(
                PodGen.Pod.ToArbitrary(),
                ArbMap.Default.ArbFor<bool>(),
                (pod, native) => holds(pod, InjectionSample.Settings with { NativeSidecars = native })
            )
        );

    private static PoolInForce Pool()
    {
        var spec = Sample.Spec();
        spec.Ports!.Add(
            new BackendPoolPort
            {
                Name = "feed",
                Port = 15090,
                TargetPort = 9000,
                Protocol = "TCP",
            }
        );
        return new PoolInForce(Sample.Pool("shop"), AcceptedSpec.From(spec));
    }
}
