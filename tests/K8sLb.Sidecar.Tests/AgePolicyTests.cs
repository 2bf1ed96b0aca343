using K8sLb.Protocol;
using K8sLb.Sidecar.Draining;

namespace K8sLb.Sidecar.Tests;

public sealed class AgePolicyTests
{
    private static readonly ConnectionPolicy Limits = new()
    {
        IdleTimeoutMs = 60_000,
        MaxAgeMs = 600_000,
        MaxAgeJitterPercent = 10,
    };

    [Theory]
    [InlineData(ClientProtocol.Http1, 0, 59, null, null)]
    [InlineData(ClientProtocol.Http1, 0, 60, EndReason.IdleTimeout, ReleaseStep.WhenSettled)]
    // A slow answer is no idleness.
    [InlineData(ClientProtocol.Http1, 1, 60, null, null)]
    [InlineData(ClientProtocol.Http2, 1, 60, null, null)]
    [InlineData(ClientProtocol.WebSocket, 1, 60, EndReason.IdleTimeout, ReleaseStep.WhenSettled)]
    [InlineData(ClientProtocol.Tcp, 1, 60, EndReason.IdleTimeout, ReleaseStep.Cut)]
    public void What_is_unused_for_the_idle_timeout_goes(
        ClientProtocol protocol,
        int inFlight,
        double unusedSeconds,
        EndReason? reason,
        ReleaseStep? step
    ) => Decide(protocol, inFlight, 100, unusedSeconds).ShouldBe(Verdict(reason, step));

    [Theory]
    [InlineData(ClientProtocol.Http1, 599, null, null)]
    [InlineData(ClientProtocol.Http1, 600, EndReason.MaxAge, ReleaseStep.AfterAnswer)]
    [InlineData(ClientProtocol.Http2, 600, EndReason.MaxAge, ReleaseStep.AfterAnswer)]
    [InlineData(ClientProtocol.WebSocket, 600, EndReason.MaxAge, ReleaseStep.AfterAnswer)]
    // Nothing polite can be said.
    [InlineData(ClientProtocol.Tcp, 10_000, null, null)]
    public void What_is_older_than_the_limit_goes_with_its_next_answer(
        ClientProtocol protocol,
        double ageSeconds,
        EndReason? reason,
        ReleaseStep? step
    ) => Decide(protocol, 1, ageSeconds, unusedSeconds: 1).ShouldBe(Verdict(reason, step));

    [Fact]
    public void What_is_too_old_and_quiet_is_not_waited_for() =>
        Decide(ClientProtocol.Http1, 0, 700, unusedSeconds: 5)
            .ShouldBe(new AgeVerdict(EndReason.MaxAge, ReleaseStep.WhenSettled));

    [Theory]
    [InlineData(0.0, 600)]
    [InlineData(0.5, 570)]
    [InlineData(1.0, 540)]
    public void Each_connection_has_a_limit_of_its_own(double draw, double limitSeconds)
    {
        Decide(ClientProtocol.Http2, 1, limitSeconds - 0.1, 1, draw).ShouldBeNull();
        Decide(ClientProtocol.Http2, 1, limitSeconds, 1, draw).ShouldNotBeNull();
    }

    [Fact]
    public void Without_limits_everything_stays() =>
        AgePolicy
            .Decide(new(ClientProtocol.Tcp, 0, TimeSpan.FromDays(9), TimeSpan.FromDays(9)), new(), 0)
            .ShouldBeNull();

    private static AgeVerdict? Decide(
        ClientProtocol protocol,
        int inFlight,
        double ageSeconds,
        double unusedSeconds,
        double draw = 0
    ) =>
        AgePolicy.Decide(
            new(protocol, inFlight, TimeSpan.FromSeconds(ageSeconds), TimeSpan.FromSeconds(unusedSeconds)),
            Limits,
            draw
        );

    private static AgeVerdict? Verdict(EndReason? reason, ReleaseStep? step) =>
        reason is { } why ? new AgeVerdict(why, step!.Value) : null;
}
