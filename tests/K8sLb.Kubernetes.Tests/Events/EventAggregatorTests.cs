using System.Text;
using K8sLb.Kubernetes.Models;
using K8sLb.TestKit;

namespace K8sLb.Kubernetes.Tests.Events;

public sealed class EventAggregatorTests
{
    private readonly ManualTime time = new();
    private readonly EventAggregator aggregator = new(
        new EventRecorderOptions
        {
            ReportingController = "k8slb.io/test",
            ReportingInstance = "one",
            MaximumSeries = 20,
            Attempts = 3,
        }
    );

    [Fact]
    public void The_first_one_is_sent_at_once_and_repeats_together_after_a_while()
    {
        Add("a");
        var state = aggregator.Due(time.GetUtcNow()).ShouldHaveSingleItem();
        aggregator.Sent(state, state.Count, time.GetUtcNow());

        Add("a");
        Add("a");
        aggregator.Due(time.GetUtcNow()).ShouldBeEmpty();
        aggregator.NextDue.ShouldBe(time.GetUtcNow() + TimeSpan.FromSeconds(10));
        time.Advance(TimeSpan.FromSeconds(10));

        aggregator.Due(time.GetUtcNow()).ShouldHaveSingleItem().Count.ShouldBe(3);
    }

    [Fact]
    public void After_a_long_silence_it_is_a_new_event()
    {
        Add("a");
        var first = aggregator.Due(time.GetUtcNow()).Single();
        aggregator.Sent(first, 1, time.GetUtcNow());

        time.Advance(TimeSpan.FromMinutes(6));
        Add("a");

        var second = aggregator.Due(time.GetUtcNow()).ShouldHaveSingleItem();
        second.ShouldNotBe(first);
        second.Count.ShouldBe(1);
    }

    [Fact]
    public void What_has_ended_is_forgotten_but_never_before_it_was_sent()
    {
        Add("sent");
        aggregator.Sent(aggregator.Due(time.GetUtcNow()).Single(), 1, time.GetUtcNow());
        Add("pending");
        time.Advance(TimeSpan.FromMinutes(6));

        aggregator.Expire(time.GetUtcNow());

        aggregator.Pending.ShouldHaveSingleItem().Key.Note.ShouldBe("pending");
        aggregator.Count.ShouldBe(1);
    }

    [Fact]
    public void Memory_is_bounded_and_what_is_lost_is_told()
    {
        var lost = 0;
        for (var i = 0; i < 100; i++)
        {
            lost += Add($"note {i}").Count;
            time.Advance(TimeSpan.FromMilliseconds(1));
        }

        aggregator.Count.ShouldBeLessThanOrEqualTo(20);
        (aggregator.Count + lost).ShouldBe(100);
        aggregator.Pending.ShouldContain(s => s.Key.Note == "note 99");
    }

    [Fact]
    public void A_failure_is_followed_by_longer_and_longer_waits_and_an_end()
    {
        Add("a");
        var state = aggregator.Pending.Single();

        aggregator.Failed(state, time.GetUtcNow()).ShouldBeTrue();
        aggregator.NextDue.ShouldBe(time.GetUtcNow() + TimeSpan.FromSeconds(1));
        aggregator.Failed(state, time.GetUtcNow()).ShouldBeTrue();
        aggregator.NextDue.ShouldBe(time.GetUtcNow() + TimeSpan.FromSeconds(2));
        aggregator.Failed(state, time.GetUtcNow()).ShouldBeFalse();

        aggregator.Count.ShouldBe(0);
    }

    [Fact]
    public void The_version_of_an_object_makes_no_difference()
    {
        Key("a", version: "1").ShouldBe(Key("a", version: "2"));
        Key("a").ShouldNotBe(Key("b"));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("ä")]
    [InlineData("🚦")]
    public void A_long_note_is_cut_between_characters(string character)
    {
        var note = Key(string.Concat(Enumerable.Repeat(character, 2000))).Note;

        Encoding.UTF8.GetByteCount(note).ShouldBeInRange(1021, 1024);
        note.ShouldEndWith("...");
        note.ShouldNotContain("\ufffd");
        Key(new string('a', 1024)).Note.Length.ShouldBe(1024);
    }

    private IReadOnlyList<EventSeriesState> Add(string note) => aggregator.Add(Key(note), time.GetUtcNow());

    private static EventKey Key(string note, string version = "1") =>
        EventKey.Create(
            new V1ObjectReference { Name = "pool", ResourceVersion = version },
            EventType.Normal,
            "Drained",
            "Drain",
            note,
            related: null
        );
}
