using FsCheck;
using FsCheck.Fluent;

namespace K8sLb.Core.Tests.Schedules;

/// <summary>Random schedules over five pods; shrinks by leaving steps out, so that a counter-example is short.</summary>
internal static class ScheduleArbitrary
{
    public const int Pods = 5;

    private static readonly Gen<int> Pod = Gen.Choose(0, Pods - 1);
    private static readonly Gen<bool> Bool = Gen.Elements(true, false);

    private static readonly Gen<Step> AnyStep = Gen.Frequency(
        (10, Gen.Constant<Step>(new Step.Plan())),
        (4, Of(Gen.Elements(1, 40, 500, 1_000, 5_000, 14_000, 31_000, 61_000), ms => new Step.Wait(ms))),
        (3, Gen.Constant<Step>(new Step.WaitForWake())),
        (3, Of(Pod, p => new Step.CreatePod(p))),
        (6, Of(Pod, Gen.Elements(true, true, false), (p, ready) => new Step.SetReady(p, ready))),
        (2, Of(Pod, Gen.Elements(0, 1, 30, 90), (p, grace) => new Step.DeletePod(p, grace))),
        (1, Of(Pod, p => new Step.EndPod(p))),
        (1, Of(Pod, p => new Step.RemovePod(p))),
        (4, Of(Pod, Bool, (p, requested) => new Step.RequestDrain(p, requested))),
        (1, Of(Pod, Gen.Elements<int?>(null, 0, 50, 5_000), (p, weight) => new Step.SetWeight(p, weight))),
        (1, Of(Gen.Elements(true, false, false), paused => new Step.Pause(paused))),
        (8, Of(Pod, p => new Step.Report(p))),
        (5, Of(Pod, p => new Step.Obey(p))),
        (2, Of(Pod, Gen.Choose(0, 20), (p, n) => new Step.Connect(p, n))),
        (4, Of(Pod, Gen.Elements(1, 100), (p, n) => new Step.Release(p, n))),
        (1, Of(Pod, Gen.Elements(DrainReason.PreStop, DrainReason.Sigterm), (p, r) => new Step.EndSidecar(p, r))),
        (1, Of(Pod, p => new Step.RestartSidecar(p))),
        (1, Of(Pod, p => new Step.CloseStream(p))),
        (1, Of(Gen.Elements(true, true, false), kept => new Step.RestartOperator(kept)))
    );

    private static readonly Gen<PoolSpec> AnySpec =
        from value in Gen.Choose(0, 4)
        from percent in Bool
        from deadline in Gen.Elements(5, 60)
        from rampDown in Gen.Elements(0, 10)
        from slowStart in Gen.Elements(0, 30)
        select Spec(
            percent ? new Quantity(value * 25, IsPercent: true) : new Quantity(value, IsPercent: false),
            deadline,
            rampDown,
            slowStart
        );

    /// <summary>Begins with a pool in service, so that short schedules have something to decide about.</summary>
    public static Arbitrary<Schedule> Any { get; } = From(AnySpec);

    /// <summary>No floor: nothing that members could contend for.</summary>
    public static Arbitrary<Schedule> Uncontended { get; } =
        From(AnySpec.Select(s => s with { Drain = s.Drain with { MinAvailable = new Quantity(0, IsPercent: false) } }));

    private static Arbitrary<Schedule> From(Gen<PoolSpec> specs) =>
        Arb.From(
            from spec in specs
            from inService in Gen.Choose(0, Pods)
            from steps in AnyStep.ListOf()
            select new Schedule(
                spec,
                [.. Enumerable.Range(0, inService).SelectMany(Serving), new Step.Plan(), .. steps]
            ),
            Shrink
        );

    private static PoolSpec Spec(Quantity minAvailable, int deadline, int rampDown, int slowStart) =>
        new()
        {
            Drain = new DrainSpec
            {
                Deadline = TimeSpan.FromSeconds(deadline),
                RampDown = TimeSpan.FromSeconds(rampDown),
                MinAvailable = minAvailable,
            },
            SlowStart = new SlowStartSpec { Duration = TimeSpan.FromSeconds(slowStart) },
        };

    private static IEnumerable<Step> Serving(int pod) =>
        [new Step.CreatePod(pod), new Step.SetReady(pod, true), new Step.Connect(pod, 10), new Step.Report(pod)];

    /// <summary>Leaves out a half, a quarter and so on, then single steps.</summary>
    private static IEnumerable<Schedule> Shrink(Schedule schedule)
    {
        for (var size = schedule.Steps.Count / 2; size > 0; size /= 2)
        {
            for (var from = 0; from + size <= schedule.Steps.Count; from += size)
            {
                yield return schedule with
                {
                    Steps = [.. schedule.Steps.Take(from), .. schedule.Steps.Skip(from + size)],
                };
            }
        }
    }

    private static Gen<Step> Of<T>(Gen<T> values, Func<T, Step> make) => values.Select(make);

    private static Gen<Step> Of<T1, T2>(Gen<T1> first, Gen<T2> second, Func<T1, T2, Step> make) =>
        first.Zip(second, make);
}
