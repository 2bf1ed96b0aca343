using K8sLb.Protocol;

namespace K8sLb.Sidecar.Tests.Behaviours;

public sealed class DrainByDirectiveTests() : DrainBehaviourTests(DrainTrigger.Directive);

public sealed class DrainByPreStopTests() : DrainBehaviourTests(DrainTrigger.PreStop);

/// <summary>Each in a process of its own, which takes its time to start.</summary>
[Trait("Category", "Long")]
public sealed class DrainBySigtermTests() : DrainBehaviourTests(DrainTrigger.Sigterm);

/// <summary>What becomes of work in flight does not depend on the data path, nor on what the drain began with.</summary>
public abstract class DrainBehaviourTests(DrainTrigger trigger)
{
    public static TheoryData<PortMode, string> Ends => Each(InFlightWork.All.Keys);
    public static TheoryData<PortMode, string> Breaks => Each(BrokenWork.ByTheClient.Keys);
    public static TheoryData<PortMode, string> Fails => Each(BrokenWork.ByTheApplication.Keys);

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task Work_in_flight_ends_as_if_there_were_no_drain(PortMode mode, string what)
    {
        await using var member = await DrainSubject.StartAsync(mode, trigger);
        await InFlightWork.All[what](member);
        await member.IsReleasedAsync();
    }

    [Theory]
    [MemberData(nameof(Breaks))]
    public async Task A_client_that_breaks_off_holds_nothing_up(PortMode mode, string what)
    {
        await using var member = await DrainSubject.StartAsync(mode, trigger);
        await BrokenWork.ByTheClient[what](member);
        await member.IsReleasedAsync();
    }

    [Theory]
    [MemberData(nameof(Fails))]
    public async Task A_failure_of_the_application_is_told_counted_and_holds_nothing_up(PortMode mode, string what)
    {
        await using var member = await DrainSubject.StartAsync(mode, trigger);
        await BrokenWork.ByTheApplication[what](member);
        await member.IsReleasedWithFailuresAsync();
    }

    private static TheoryData<PortMode, string> Each(IEnumerable<string> names)
    {
        var data = new TheoryData<PortMode, string>();
        foreach (var name in names)
        {
            data.Add(PortMode.Relay, name);
            data.Add(PortMode.Proxy, name);
        }
        return data;
    }
}
