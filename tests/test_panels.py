import numpy as np
import plotly.graph_objects as go
import pytest

from toymono.explorer.stored_runs import studies
from toymono.plots.members import MAP_TRACES, loss_panel, member_map, member_traces, score_panel
from toymono.plots.panels import feature_pictures, filled, looks, neuron_pictures


@pytest.fixture(scope="module")
def member(smoke_run):
    return studies([smoke_run])[smoke_run.name].member(9)


@pytest.mark.parametrize(
    ("what", "pictures"), [("neuron", neuron_pictures), ("feature", feature_pictures)]
)
def test_a_picture_is_its_look_with_its_own_numbers(member, what, pictures):
    for name, picture in pictures(member.dashboard, member.history, 5).items():
        figure = go.Figure(filled(what, name, picture))
        assert figure.layout.title.text == picture.title
        assert figure.layout.xaxis.title.text or name == "training"
        by_name = {trace.name: trace for trace in figure.data}
        assert len(by_name) == len(figure.data)  # every trace has a name of its own
        assert set(picture.traces) <= set(by_name)
        for trace, values in picture.traces.items():
            np.testing.assert_array_equal(by_name[trace].y, values["y"])


def test_filling_a_look_leaves_it_empty_for_the_next(member):
    picture = neuron_pictures(member.dashboard, member.history, 1)["responses"]
    filled("neuron", "responses", picture)
    assert all(trace.y is None for trace in looks("neuron")["responses"].data)


def test_a_neuron_s_pictures_show_its_own_row(member):
    shown, pictures = member.dashboard, neuron_pictures(member.dashboard, member.history, 5)
    np.testing.assert_array_equal(pictures["responses"].traces["every"]["y"], shown.responses[5])
    incoming = pictures["incoming"].traces
    np.testing.assert_array_equal(
        incoming["positive"]["y"] + incoming["negative"]["y"], shown.incoming[5]
    )
    assert f"most to {shown.favourite[5]}" in pictures["responses"].title
    np.testing.assert_array_equal(
        pictures["training"].traces["bias"]["y"], member.history.bias[:, 5]
    )


def test_a_feature_s_pictures_show_its_own_column(member):
    shown, pictures = member.dashboard, feature_pictures(member.dashboard, member.history, 3)
    np.testing.assert_array_equal(pictures["responses"].traces["every"]["y"], shown.responses[:, 3])
    np.testing.assert_array_equal(pictures["answer"].traces["answer"]["y"], shown.answers[:, 3])


def test_a_map_has_neurons_across_and_features_down_in_display_order(member):
    now, order = member.frame(len(member.history.step) - 1), member.dashboard.order
    assert now.values.any()  # a silent network would look the same in any order
    traces = member_traces(now, order)
    np.testing.assert_array_equal(traces["map"]["z"], now.values[order.neuron][:, order.feature].T)
    np.testing.assert_array_equal(traces["bias"]["y"], now.bias[order.neuron])
    assert tuple(traces) == MAP_TRACES
    assert tuple(trace.name for trace in member_map(now, order, "", 1.0).data) == MAP_TRACES


def test_a_record_without_its_network_shows_the_favourites(member):
    now, order = member.frame(2)._replace(values=None), member.dashboard.order
    traces = member_traces(now, order)
    assert traces["map"]["z"] is None
    features = np.asarray(order.feature)[traces["favourites"]["y"]]
    np.testing.assert_array_equal(features, now.favourite[order.neuron])


def test_every_neuron_has_one_dot_in_the_colour_of_its_role(member):
    now, shown = member.frame(2), member.dashboard
    traces = member_traces(now, shown.order, shown.role)
    by_role = [traces[name]["x"] for name in traces if name not in MAP_TRACES]
    assert sorted(np.concatenate(by_role)) == list(range(len(now.bias)))


@pytest.mark.parametrize(("factor", "kind"), [(1.0, "log"), (0.0, None)])
def test_a_loss_that_falls_by_octaves_has_a_logarithmic_axis(member, factor, kind):
    falling = np.geomspace(1, 0.1, len(member.history.loss)) ** factor
    known = np.full(len(member.history.step), falling[-1])
    assert (
        loss_panel(member.history._replace(loss=falling, task_loss=known), 0).layout.yaxis.type
        == kind
    )


def test_a_filled_picture_is_the_figure_that_plotly_would_make_of_it(member):
    for name, picture in neuron_pictures(member.dashboard, member.history, 5).items():
        wanted = go.Figure(looks("neuron")[name]).update_layout(title_text=picture.title)
        for trace in wanted.data:
            trace.update(picture.traces.get(trace.name, {}))
        assert go.Figure(filled("neuron", name, picture)) == wanted


def test_a_map_that_is_moved_to_a_record_is_the_map_drawn_there(member):
    order = member.dashboard.order
    moved = member_map(member.frame(0), order, "", 1.0)
    for name, values in member_traces(member.frame(2), order).items():
        moved.update_traces(values, selector={"name": name})
    assert moved == member_map(member.frame(2), order, "", 1.0)


def test_scores_rise_to_one(member):
    scores = score_panel(member.frame(4)).data[0]
    assert scores.y[-1] == 1.0
    assert (np.diff(scores.x) >= 0).all()
