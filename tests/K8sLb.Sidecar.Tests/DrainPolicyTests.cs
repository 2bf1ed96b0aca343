using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Draining;

namespace K8sLb.Sidecar.Tests;

public sealed class DrainPolicyTests
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    /// <summary>Ramp-down for 5 s, deadline after 60 s.</summary>
    private static DrainState Drain(
        DrainProgress progress = DrainProgress.Releasing,
        TimeSpan? meanArrivalGap = null
    ) =>
        new()
        {
            Id = "d",
            Reason = DrainReason.Requested,
            StartedAt = Start,
            RampDownEndsAt = Start.AddSeconds(5),
            Deadline = Start.AddSeconds(60),
            Progress = progress,
            Initial = 1,
            TotalsAtStart = new(),
            WeightBefore = 100,
            MeanArrivalGap = meanArrivalGap,
        };

    [Theory]
    [InlineData(0, 3, 0, DrainProgress.RampDown)]
    [InlineData(4.9, 0, 100, DrainProgress.RampDown)]
    [InlineData(5, 1, 100, DrainProgress.Releasing)]
    [InlineData(6, 0, 0.9, DrainProgress.Releasing)]
    [InlineData(6, 0, 1.0, DrainProgress.Released)]
    [InlineData(59.9, 1, 100, DrainProgress.Releasing)]
    [InlineData(60, 1, 0, DrainProgress.Forced)]
    [InlineData(60, 0, 0, DrainProgress.Released)]
    public void A_drain_moves_on_with_the_time_and_the_connections(
        double seconds,
        int live,
        double sinceLastArrival,
        DrainProgress next
    ) =>
        DrainProgression
            .Next(
                Drain(DrainProgress.RampDown),
                live,
                TimeSpan.FromSeconds(sinceLastArrival),
                Quiet,
                Start.AddSeconds(seconds)
            )
            .ShouldBe(next);

    [Theory]
    [InlineData(5, DrainProgress.RampDown, DrainProgress.RampDown)]
    [InlineData(6.9, DrainProgress.RampDown, DrainProgress.RampDown)]
    [InlineData(7, DrainProgress.RampDown, DrainProgress.Releasing)]
    [InlineData(5.5, DrainProgress.Releasing, DrainProgress.Releasing)]
    public void Peers_that_do_not_know_yet_are_waited_for_but_not_for_ever(
        double seconds,
        DrainProgress now,
        DrainProgress next
    ) =>
        DrainProgression
            .Next(Drain(now) with { AwaitsPeers = true }, 1, TimeSpan.Zero, Quiet, Start.AddSeconds(seconds))
            .ShouldBe(next);

    [Theory]
    [InlineData(0.05, 1.0, true)]
    [InlineData(0.5, 1.0, false)]
    [InlineData(0.5, 4.9, false)]
    [InlineData(0.5, 5.0, true)]
    public void Ten_of_the_usual_gaps_must_pass_without_an_arrival(double gap, double sinceLastArrival, bool ceased) =>
        DrainProgression
            .ArrivalsHaveCeased(
                Drain(meanArrivalGap: TimeSpan.FromSeconds(gap)),
                TimeSpan.FromSeconds(sinceLastArrival),
                Quiet,
                Start.AddSeconds(10)
            )
            .ShouldBe(ceased);

    [Theory]
    [InlineData(0, 1.0)]
    [InlineData(2.5, 0.5)]
    [InlineData(5, 0.0)]
    [InlineData(50, 0.0)]
    public void The_weight_falls_over_the_ramp_down(double seconds, double factor) =>
        Drain(DrainProgress.RampDown).WeightFactor(Start.AddSeconds(seconds)).ShouldBe(factor, 1e-9);

    [Theory]
    // HTTP/1.1: with the next answer; idle ones without one when they are quiet by their own measure.
    [InlineData(ClientProtocol.Http1, ConnectionState.Active, 100, 0.1, ReleaseStep.AfterAnswer)]
    [InlineData(ClientProtocol.Http1, ConnectionState.Idle, 0.9, 0.01, ReleaseStep.AfterAnswer)]
    [InlineData(ClientProtocol.Http1, ConnectionState.Idle, 1.0, 0.01, ReleaseStep.WhenSettled)]
    [InlineData(ClientProtocol.Http1, ConnectionState.Idle, 4.9, 0.5, ReleaseStep.AfterAnswer)]
    [InlineData(ClientProtocol.Http1, ConnectionState.Idle, 5.0, 0.5, ReleaseStep.WhenSettled)]
    [InlineData(ClientProtocol.Http1, ConnectionState.Closing, 100, 0.5, ReleaseStep.Leave)]
    // HTTP/2: busy ones are told at once.
    [InlineData(ClientProtocol.Http2, ConnectionState.Active, 0, 0.5, ReleaseStep.AfterAnswer)]
    [InlineData(ClientProtocol.Http2, ConnectionState.Idle, 4.9, 0.5, ReleaseStep.AfterAnswer)]
    [InlineData(ClientProtocol.Http2, ConnectionState.Idle, 5.0, 0.5, ReleaseStep.WhenSettled)]
    // WebSocket: after an answer, or when it has gone quiet.
    [InlineData(ClientProtocol.WebSocket, ConnectionState.Active, 0.2, 0.5, ReleaseStep.AfterAnswer)]
    [InlineData(ClientProtocol.WebSocket, ConnectionState.Active, 4.9, 0.5, ReleaseStep.AfterAnswer)]
    [InlineData(ClientProtocol.WebSocket, ConnectionState.Active, 5.0, 0.5, ReleaseStep.WhenSettled)]
    [InlineData(ClientProtocol.WebSocket, ConnectionState.Closing, 100, 0.5, ReleaseStep.Leave)]
    // TCP: nothing polite can be said.
    [InlineData(ClientProtocol.Tcp, ConnectionState.Active, 100, 0.5, ReleaseStep.Leave)]
    public void A_connection_is_released_as_its_protocol_and_its_rhythm_allow(
        ClientProtocol protocol,
        ConnectionState state,
        double quietSeconds,
        double gapSeconds,
        ReleaseStep step
    ) => Decide(Connection(protocol, state, quietSeconds, gapSeconds), Start.AddSeconds(10)).ShouldBe(step);

    [Fact]
    public void In_the_ramp_down_nothing_is_released() =>
        ReleasePolicy
            .Decide(
                Connection(ClientProtocol.Http1, ConnectionState.Idle, 100, 0.1),
                Drain(DrainProgress.RampDown),
                Quiet,
                Start.AddSeconds(1)
            )
            .ShouldBe(ReleaseStep.Leave);

    [Fact]
    public void A_websocket_is_pressed_when_patience_runs_out()
    {
        var busy = Connection(ClientProtocol.WebSocket, ConnectionState.Active, 0.01, 0.02);

        Decide(busy with { SinceFirstAsked = TimeSpan.FromSeconds(9) }, Start.AddSeconds(20))
            .ShouldBe(ReleaseStep.AfterAnswer);
        Decide(busy with { SinceFirstAsked = TimeSpan.FromSeconds(11) }, Start.AddSeconds(20))
            .ShouldBe(ReleaseStep.AtNextBoundary);
    }

    [Theory]
    [InlineData(54.9, ReleaseStep.AfterAnswer)]
    [InlineData(56.9, ReleaseStep.AfterAnswer)]
    [InlineData(57, ReleaseStep.WhenSettled)]
    [InlineData(58.9, ReleaseStep.WhenSettled)]
    [InlineData(59, ReleaseStep.AtNextBoundary)]
    public void A_websocket_is_pressed_more_the_less_time_is_left(double seconds, ReleaseStep step) =>
        Decide(Connection(ClientProtocol.WebSocket, ConnectionState.Active, 0.01, 0.02), Start.AddSeconds(seconds))
            .ShouldBe(step);

    [Fact]
    public void HTTP_2_is_pressed_as_soon_as_the_last_part_begins() =>
        Decide(Connection(ClientProtocol.Http2, ConnectionState.Active, 0.01, 0.02), Start.AddSeconds(55))
            .ShouldBe(ReleaseStep.AtNextBoundary);

    [Theory]
    [InlineData(ClientProtocol.Http1, ConnectionState.Idle)]
    [InlineData(ClientProtocol.Http2, ConnectionState.Idle)]
    [InlineData(ClientProtocol.WebSocket, ConnectionState.Active)]
    public void A_connection_whose_rhythm_is_unknown_must_be_silent_for_longer(
        ClientProtocol protocol,
        ConnectionState state
    )
    {
        ReleaseStep After(double silence) =>
            Decide(Connection(protocol, state, silence, 0) with { MeanGap = null }, Start.AddSeconds(20));

        After(4.9).ShouldBe(ReleaseStep.AfterAnswer);
        After(5).ShouldBe(ReleaseStep.WhenSettled);
    }

    [Fact]
    public void A_websocket_that_came_late_is_left_until_arrivals_have_ceased_or_time_runs_out()
    {
        var late = Connection(ClientProtocol.WebSocket, ConnectionState.Active, 0.01, 0.02) with
        {
            OpenedAt = Start.AddSeconds(1),
            ArrivalsHaveCeased = false,
        };

        Decide(late, Start.AddSeconds(20)).ShouldBe(ReleaseStep.Leave);
        Decide(late with { ArrivalsHaveCeased = true }, Start.AddSeconds(20)).ShouldBe(ReleaseStep.AfterAnswer);
        Decide(late, Start.AddSeconds(55)).ShouldBe(ReleaseStep.AfterAnswer);
        Decide(late, Start.AddSeconds(59)).ShouldBe(ReleaseStep.AtNextBoundary);
    }

    [Fact]
    public void The_deadline_cuts_what_it_finds_and_not_what_comes_later()
    {
        var forced = Drain(DrainProgress.Forced);
        var connection = Connection(ClientProtocol.Tcp, ConnectionState.Active, 0, 0.1);

        ReleasePolicy.Decide(connection, forced, Quiet, Start.AddSeconds(61)).ShouldBe(ReleaseStep.Cut);
        ReleasePolicy
            .Decide(connection with { OpenedAt = Start.AddSeconds(60.5) }, forced, Quiet, Start.AddSeconds(61))
            .ShouldBe(ReleaseStep.Leave);
    }

    private static ReleaseStep Decide(ReleaseFacts connection, DateTimeOffset now) =>
        ReleasePolicy.Decide(connection, Drain(), Quiet, now);

    private static ReleaseFacts Connection(
        ClientProtocol protocol,
        ConnectionState state,
        double quietSeconds,
        double gapSeconds
    ) =>
        new()
        {
            Protocol = protocol,
            State = state,
            SinceLastActivity = TimeSpan.FromSeconds(quietSeconds),
            MeanGap = TimeSpan.FromSeconds(gapSeconds),
            OpenedAt = Start.AddMinutes(-1),
            ArrivalsHaveCeased = true,
            SinceFirstAsked = TimeSpan.Zero,
        };
}
